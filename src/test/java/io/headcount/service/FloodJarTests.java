package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A command that writes more than the packaged service may hold, while one client reads and one
 * does not. How much is the system property {@code headcount.flood}, in MiB.
 */
@Timeout(300)
class FloodJarTests {
  private static final long MIB = Long.getLong("headcount.flood", 512);
  private static final Pattern GAP = Pattern.compile("data:\\s*\\{\"from\":(\\d+),\"to\":(\\d+).*");

  @Test
  void childAndFastClientGoOnWhenAnotherIsStalledAndTheHeapStaysSmall(@TempDir Path folder)
      throws Exception {
    Map<String, String> env =
        Map.of(
            "JAVA_TOOL_OPTIONS", "-Xmx384m", "HEADCOUNT_DEFAULTS_SPILL_OUTPUT", MIB / 4 * 3 + "MB");
    try (ServiceProcess service = ServiceProcess.start(folder, env)) {
      String id =
          service.start(
              "{\"shell\": \"echo ready; cat; exec head -c %dM /dev/urandom\", \"stdin\": {\"mode\": \"pipe\"}}"
                  .formatted(MIB));
      try (Socket stalled = ask(service, "/v1/runs/" + id + "/events");
          Socket fast = ask(service, "/v1/runs/" + id + "/output?follow=true")) {
        CompletableFuture<Long> all =
            CompletableFuture.supplyAsync(
                () -> count(fast), task -> Thread.ofPlatform().daemon().start(task));
        assertThat(stalled.getInputStream().read()).isEqualTo('H'); // and nothing more for now
        assertThat(service.post("/v1/runs/" + id + "/stdin?eof=true", "").body())
            .contains("\"open\":false");

        Awaitility.await()
            .atMost(java.time.Duration.ofMinutes(2))
            .untilAsserted(() ->
                assertThat(service.get("/v1/runs/" + id).body()).contains("\"state\":\"exited\""));
        assertThat(all.get(20, TimeUnit.SECONDS)).isEqualTo((MIB << 20) + "ready\n".length());
        assertThat(service.get("/v1/runs/" + id).body()).contains("\"reason\":\"exit\"");

        List<String> lines = lines(stalled);
        assertThat(lines).contains("event: end");
        long lost = 0;
        for (String line : lines) {
          Matcher gap = GAP.matcher(line);
          lost += gap.matches() ? Long.parseLong(gap.group(2)) - Long.parseLong(gap.group(1)) : 0;
        }
        assertThat(lost).as("bytes in gaps").isGreaterThan(MIB << 17);
        assertThat(service.log()).doesNotContain("OutOfMemoryError");
      }
    }
  }

  private static Socket ask(ServiceProcess service, String path) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
    socket
        .getOutputStream()
        .write(
            ("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** How many bytes the body of an answer has. */
  private static long count(Socket socket) {
    try (InputStream in = socket.getInputStream()) {
      int newlines = 0;
      while (newlines < 2) { // the end of the headers
        int next = in.read();
        if (next < 0) {
          return -1;
        }
        newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
      }
      return in.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The lines of an event stream, but for the long ones. */
  private static List<String> lines(Socket socket) throws IOException {
    List<String> lines = new ArrayList<>();
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.length() < 200) {
        lines.add(line);
      }
    }
    return lines;
  }
}
