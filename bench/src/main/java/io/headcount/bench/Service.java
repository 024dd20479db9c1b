package io.headcount.bench;

import io.headcount.bench.core.Jvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The packaged service as its users have it, in a process of its own, on ports that were free. It
 * may hold all that a run writes, since a follower never slows the command it reads from.
 */
public final class Service implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("event=ready .*?\\bport=(\\d+)");

  /** MiB of heap beside the output of two runs: the one that is read, and garbage of the last. */
  private static final long HEADROOM = 512;

  private final Process process;
  private final int port;
  private final HttpClient http = HttpClient.newHttpClient();

  private Service(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it and waits until it is ready.
   *
   * @param bytes that it must be able to hold
   */
  public static Service start(Path jar, long bytes) throws IOException {
    if (!Files.isReadable(jar)) {
      throw new IOException(
          "expected the service at " + jar + "; build it with make build, or name it with --jar");
    }
    long mebibytes = (bytes >> 20) + 1;
    return start(
        List.of(
            Jvm.java(),
            // touched from the start, so that how the heap grows does not count
            "-Xms" + (2 * mebibytes + HEADROOM) + "m",
            "-Xmx" + (2 * mebibytes + HEADROOM) + "m",
            "-XX:+AlwaysPreTouch",
            "-jar",
            jar.toString(),
            "--server.port=0",
            "--management.server.port=0",
            "--headcount.defaults.spill-output=0",
            "--headcount.output.memory=" + 2 * mebibytes + "MB",
            "--headcount.retention.max-output=" + 2 * mebibytes + "MB"));
  }

  /** Starts it by this command and waits until it is ready. */
  static Service start(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      return new Service(process, port(process));
    } catch (IOException | RuntimeException e) {
      process.destroy();
      throw e;
    }
  }

  /** Reads the port from its log, and goes on reading, so that the log is never in its way. */
  private static int port(Process process) throws IOException {
    BufferedReader log = process.inputReader();
    StringBuilder said = new StringBuilder();
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      said.append(line).append('\n');
      Matcher ready = READY.matcher(line);
      if (ready.find()) {
        Thread.ofPlatform().daemon(true).start(() -> drain(log));
        return Integer.parseInt(ready.group(1));
      }
    }
    throw new IOException("the service did not start:\n" + said);
  }

  private static void drain(Reader log) {
    try (log) {
      log.transferTo(Writer.nullWriter());
    } catch (IOException e) {
      // The JDK closes what it reads when the process exits.
    }
  }

  /**
   * Follows a command that writes, from its first byte to the end.
   *
   * @return seconds from when the command was let go to the end of the response
   */
  public double follow(long bytes) throws IOException, InterruptedException {
    String run = "/v1/runs/follow";
    send(
        request(run)
            .header("Content-Type", "application/json")
            .PUT(
                BodyPublishers.ofString(
                    """
                    {"shell": "cat; exec head -c %d /dev/zero", "stdin": {"mode": "pipe"},
                     "output": {"retainBytes": %d}}"""
                        .formatted(bytes, 2 * bytes))));
    double seconds;
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket
          .getOutputStream()
          .write(
              ("GET " + run + "/output?follow=true HTTP/1.1\r\nHost: localhost\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      ChunkedBody body = ChunkedBody.of(socket.getInputStream());
      long began = System.nanoTime();
      CompletableFuture<HttpResponse<String>> release =
          http.sendAsync(
              request(run + "/stdin?eof=true").POST(BodyPublishers.noBody()).build(),
              BodyHandlers.ofString());
      long read = body.skipAll();
      seconds = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);
      checked(release.join());
      if (read != bytes) {
        throw new IOException("expected " + bytes + " bytes, got " + read);
      }
    }
    send(request(run).DELETE());
    return seconds;
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  private void send(HttpRequest.Builder request) throws IOException, InterruptedException {
    checked(http.send(request.build(), BodyHandlers.ofString()));
  }

  private static void checked(HttpResponse<String> response) {
    if (response.statusCode() / 100 != 2) {
      throw new IllegalStateException(response + ": " + response.body());
    }
  }

  /** Ends it and waits for that. */
  @Override
  public void close() throws InterruptedException {
    http.close();
    process.destroy();
    process.waitFor();
  }
}
