package io.headcount.service;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Prometheus that scrapes one target every second. */
final class Prometheus {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Process process;
  private final String address;

  private Prometheus(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts it.
   *
   * @param folder for its files
   * @param scraped the management port
   * @param rules what a PrometheusRule has as its {@code spec}
   */
  static Prometheus start(Path folder, int scraped, String rules) throws IOException {
    Files.writeString(folder.resolve("rules.yaml"), rules);
    Path config =
        Files.writeString(
            folder.resolve("prometheus.yaml"),
            """
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: [rules.yaml]
            scrape_configs:
              - job_name: demo-headcount
                metrics_path: /actuator/prometheus
                static_configs:
                  - targets: ["127.0.0.1:%d"]
                    labels: {namespace: default, pod: demo-headcount-0}
            """
                .formatted(scraped));
    String address = "127.0.0.1:" + freePort();
    Process process =
        new ProcessBuilder(
                List.of(
                    "prometheus",
                    "--config.file=" + config,
                    "--storage.tsdb.path=" + folder.resolve("data"),
                    "--web.listen-address=" + address))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    Prometheus prometheus = new Prometheus(process, address);
    Awaitility.await("Prometheus, whose log is in " + folder)
        .atMost(Duration.ofSeconds(30))
        .until(prometheus::isReady);
    return prometheus;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private boolean isReady() throws InterruptedException {
    if (!process.isAlive()) {
      throw new AssertionError("prometheus exited with " + process.exitValue());
    }
    try {
      URI uri = URI.create("http://" + address + "/-/ready");
      return client
              .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false; // does not listen yet
    }
  }

  /** The series that answer an expression now; an error is one of the test. */
  List<JsonNode> query(String expression) throws IOException, InterruptedException {
    return api("query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
        .path("result")
        .valueStream()
        .toList();
  }

  /** What the HTTP API answers as its data. */
  JsonNode api(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://" + address + "/api/v1/" + path);
    var answer = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    JsonNode body = new JsonMapper().readTree(answer.body());
    if (!body.path("status").asString().equals("success")) {
      throw new AssertionError(path + ": " + answer.body());
    }
    return body.path("data");
  }

  /** Waits until an expression has series: a rate needs two scrapes. */
  void awaitSeries(String expression) {
    Awaitility.await("series of " + expression)
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(100))
        .until(() -> !query(expression).isEmpty());
  }

  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(Duration.ofSeconds(10))) {
      process.destroyForcibly().waitFor();
    }
  }
}
