package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * 10,000 clients that are slow on purpose, more than the packaged service lets in, and one that is
 * not. Needs a descriptor limit of 12,000 (ulimit -Hn) for the crowd itself.
 */
@Timeout(180)
class SlowClientsJarTests {
  private static final int CROWD = 10_000;
  private static final String SLOW = "slow-token-".repeat(4);
  private static final String GOOD = "good-token-".repeat(4);
  private static final int RUNS = 10;

  @Test
  void tenThousandSlowClientsKeepNobodyElseWaiting(@TempDir Path folder) throws Exception {
    Path tokens =
        Files.writeString(folder.resolve("tokens"), line("slow", SLOW) + line("good", GOOD));
    Map<String, String> env =
        Map.of(
            "HEADCOUNT_SECURITY_TOKENS_FILE", tokens.toString(), "JAVA_TOOL_OPTIONS", "-Xmx768m");
    List<String> beginnings =
        List.of(
            "",
            "GET /v1/ru",
            "GET /v1/runs HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
            "POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                + SLOW
                + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
    try (ServiceProcess service = ServiceProcess.start(folder, env)) {
      assertThat(run(service)).contains("HTTP/1.1 200", "\"exitCode\":0");
      long limit = (long) meter(service, "headcount_connections_limit ");
      assertThat(limit).as("one for each MB of heap").isEqualTo(768);
      long before = openFiles(service);
      int runs = 0;
      long longest = 0;
      try (SlowCrowd crowd = new SlowCrowd(service.port(), CROWD, beginnings)) {
        while (runs < RUNS) {
          long began = System.nanoTime();
          assertThat(run(service))
              .as("run %d, %d of the crowd are there", runs, crowd.arrived())
              .contains("HTTP/1.1 200", "\"exitCode\":0");
          longest = Math.max(longest, System.nanoTime() - began);
          runs += crowd.arrived() == CROWD ? 1 : 0;
        }
        assertThat(crowd.connected()).isGreaterThanOrEqualTo(CROWD);
        assertThat(service.manage("/actuator/health/readiness").statusCode()).isEqualTo(200);
        assertThat(meter(service, "headcount_connections "))
            .as("connections in the middle of it")
            .isBetween(limit / 2.0, limit * 1.2);
        assertThat(openFiles(service) - before).isLessThan((long) (limit * 1.2) + 100);
      }
      assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofSeconds(20));
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> meter(service, "headcount_connections ") < 20);
      assertThat(meter(service, "headcount_connections_cut_total{cause=\"displaced\"} "))
          .isGreaterThan((double) limit);
      assertThat(service.log()).doesNotContain("OutOfMemoryError", " ERROR ");
    }
  }

  private static String line(String name, String token) throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII));
    return name + " runner sha256:" + HexFormat.of().formatHex(digest) + "\n";
  }

  /** Runs a command on a connection of its own, and returns the whole answer. */
  private static String run(ServiceProcess service) throws IOException {
    String body = "{\"argv\": [\"true\"]}";
    String head =
        String.join(
            "\r\n",
            "POST /v1/runs HTTP/1.1",
            "Host: localhost",
            "Authorization: Bearer " + GOOD,
            "Content-Type: application/json",
            "Content-Length: " + body.length(),
            "Prefer: wait=20",
            "Connection: close",
            "",
            "");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static long openFiles(ServiceProcess service) {
    return List.of(new java.io.File("/proc/" + service.pid() + "/fd").list()).size();
  }

  private static double meter(ServiceProcess service, String name) throws Exception {
    List<Double> found = new ArrayList<>();
    service
        .openMetrics()
        .lines()
        .filter(line -> line.startsWith(name))
        .forEach(
            line -> found.add(Double.parseDouble(line.substring(name.length()).split(" ", -1)[0])));
    return found.getFirst();
  }
}
