package io.headcount.service;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** The packaged jar, running as its users run it: a process of its own, asked over HTTP. */
final class ServiceProcess implements AutoCloseable {
  private static final Pattern READY =
      Pattern.compile("event=ready .*? port=(\\d+) managementPort=(\\d+) boot=(\\w+)");
  private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Process process;
  private final Path log;
  private final int port;
  private final int managementPort;
  private final String bootId;

  private ServiceProcess(Process process, Path log) throws IOException {
    this.process = process;
    this.log = log;
    MatchResult ready = awaitReady();
    port = Integer.parseInt(ready.group(1));
    managementPort = Integer.parseInt(ready.group(2));
    bootId = ready.group(3);
  }

  /** Long, for the machine may have much else to do. One that does not get ready is ended. */
  private MatchResult awaitReady() throws IOException {
    Matcher[] found = new Matcher[1];
    try {
      Awaitility.await()
          .atMost(Duration.ofMinutes(4))
          .pollInterval(Duration.ofMillis(50))
          .until(() -> {
            found[0] = READY.matcher(log());
            return found[0].find() || !process.isAlive();
          });
    } catch (ConditionTimeoutException e) {
      process.destroyForcibly();
    }
    if (!found[0].hasMatch()) {
      throw new AssertionError("the service did not start: " + log());
    }
    return found[0];
  }

  /** What starts the jar, with the beans that it was packed with, as the image does. */
  static List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Dspring.aot.enabled=" + System.getProperty("headcount.prepared"),
        "-jar",
        System.getProperty("headcount.jar"));
  }

  /** Starts the jar by a line of bash in which {@code $SERVICE} is the command. */
  static ServiceProcess start(Path folder, String line, Map<String, String> env)
      throws IOException {
    Path log = folder.resolve("service.log");
    // Who started the tests may ignore some signals (nohup): the service is not to inherit that.
    ProcessBuilder builder = new ProcessBuilder("env", "--default-signal", "bash", "-c", line);
    builder.environment().putAll(env);
    builder.environment().put("HEADCOUNT_SERVER_PORT", "0");
    builder.environment().put("HEADCOUNT_MANAGEMENT_PORT", "0");
    builder.environment().put("HEADCOUNT_WORKSPACE", folder.toString());
    builder
        .environment()
        .put("SERVICE", String.join(" ", command()) + " --logging.file.name=" + log);
    builder.redirectErrorStream(true);
    builder.redirectOutput(folder.resolve("console.log").toFile());
    Files.createFile(log);
    if (!log.toFile().setWritable(true, false)) {
      throw new IOException(log + " cannot be made writable for the service's user");
    }
    return new ServiceProcess(builder.start(), log);
  }

  static ServiceProcess start(Path folder, Map<String, String> env) throws IOException {
    return start(folder, "exec $SERVICE", env);
  }

  long pid() {
    return process.pid();
  }

  Process process() {
    return process;
  }

  String bootId() {
    return bootId;
  }

  int port() {
    return port;
  }

  int managementPort() {
    return managementPort;
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(port, path)).GET().build());
  }

  HttpResponse<String> manage(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(managementPort, path)).GET().build());
  }

  /** The meters as Prometheus asks for them. */
  String openMetrics() throws IOException, InterruptedException {
    URI meters = uri(managementPort, "/actuator/prometheus");
    String form = "application/openmetrics-text;version=1.0.0";
    return send(HttpRequest.newBuilder(meters).header("Accept", form).build()).body();
  }

  /** Waits until so many clients have a stream of this kind open. */
  void awaitClients(String kind, int count) {
    String line = "headcount_stream_clients{kind=\"%s\"} %d.0".formatted(kind, count);
    Awaitility.await().until(() -> manage("/actuator/prometheus").body().contains(line));
  }

  HttpResponse<String> delete(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(uri(port, path)).DELETE().build());
  }

  HttpResponse<String> post(String path, String json, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(port, path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  HttpResponse<String> put(String path, String json) throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(uri(port, path))
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(json))
            .build());
  }

  /** Starts a line of shell and returns the run's id. */
  String shell(String line) throws IOException, InterruptedException {
    return start("{\"shell\":" + quoted(line) + "}");
  }

  /** Starts a run and returns its id. */
  String start(String json) throws IOException, InterruptedException {
    HttpResponse<String> answer = post("/v1/runs", json);
    Matcher id = ID.matcher(answer.body());
    if (answer.statusCode() != 201 || !id.find()) {
      throw new AssertionError(answer + " " + answer.body());
    }
    return id.group(1);
  }

  /** The same, and waits until it has written {@code ready}. */
  String shellReady(String line) throws IOException, InterruptedException {
    String id = shell(line);
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> get("/v1/runs/" + id + "/output").body().contains("ready"));
    return id;
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  /** Live processes on this machine that carry this boot's cookie. */
  List<String> carriers() throws IOException {
    return carriers(bootId);
  }

  /** The same of any boot; each is a line of {@code proc_pid_stat(5)}. */
  static List<String> carriers(String bootId) throws IOException {
    List<String> found = new ArrayList<>();
    for (String name : new File("/proc").list((_, name) -> name.matches("\\d+"))) {
      Path folder = Path.of("/proc", name);
      try {
        String stat = Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1);
        boolean zombie = stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
        String environ = Files.readString(folder.resolve("environ"), StandardCharsets.ISO_8859_1);
        if (!zombie && environ.contains("HEADCOUNT_RUN=" + bootId + ".")) {
          found.add(stat);
        }
      } catch (IOException e) {
        // It ended meanwhile.
      }
    }
    return found;
  }

  /** Every process below the service now, children of children too, by pid and start time. */
  Map<Long, String> below() throws IOException {
    Map<Long, String> found = new HashMap<>();
    try (Stream<ProcessHandle> handles = process.toHandle().descendants()) {
      handles.forEach(handle -> found.put(handle.pid(), handle.info().toString()));
    }
    return found;
  }

  void signal(String name) throws IOException, InterruptedException {
    int exit =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (exit != 0) {
      throw new AssertionError("kill exited with " + exit);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(Duration.ofSeconds(30))) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
