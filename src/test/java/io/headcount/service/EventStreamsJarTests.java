package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The stop of the packaged service, seen by those who follow events. */
@Timeout(180)
class EventStreamsJarTests {
  /** The events that one client got, and when the last came. */
  private record Story(List<String> names, long endNanos) {}

  @Test
  void everyStreamHasItsEndWithinASecondAfterTheLastChildDied(@TempDir Path folder)
      throws Exception {
    Map<String, String> grace = Map.of("HEADCOUNT_DEFAULTS_GRACE", "2s");
    try (ServiceProcess service = ServiceProcess.start(folder, grace);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HttpClient http = HttpClient.newBuilder().executor(threads).build()) {
      List<String> runs = new ArrayList<>();
      runs.add(service.shellReady("trap '' TERM; echo ready; while :; do sleep 0.1; done"));
      for (int i = 0; i < 4; i++) {
        runs.add(service.shellReady("echo ready; exec sleep 1000"));
      }
      List<String> draining = new CopyOnWriteArrayList<>();
      List<CompletableFuture<Story>> stories = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        String path = i < 40 ? "/v1/runs/" + runs.get(i % 5) + "/events" : "/v1/events";
        HttpRequest request =
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path)).build();
        HttpResponse<Stream<String>> response =
            http.send(request, HttpResponse.BodyHandlers.ofLines());
        assertThat(response.statusCode()).isEqualTo(200);
        stories.add(CompletableFuture.supplyAsync(() -> read(response, draining), threads));
      }
      try (Socket stalled = stalled(service, runs.getFirst())) {
        Awaitility.await()
            .until(() ->
                service
                    .manage("/actuator/prometheus")
                    .body()
                    .contains("headcount_stream_clients{kind=\"run-events\"} 41.0"));

        service.signal("TERM");
        Awaitility.await()
            .atMost(Duration.ofMillis(1500)) // long before the end of the grace
            .pollInterval(Duration.ofMillis(10))
            .until(() -> draining.size() == 50);
        assertThat(service.carriers()).isNotEmpty();
        Awaitility.await()
            .pollInterval(Duration.ofMillis(5))
            .until(() -> service.carriers().isEmpty());
        long dead = System.nanoTime();

        for (int i = 0; i < 50; i++) {
          Story story = stories.get(i).get(10, TimeUnit.SECONDS);
          assertThat(story.names()).endsWith(i < 40 ? "exit" : "state", "end");
          assertThat(Duration.ofNanos(story.endNanos() - dead)).isLessThan(Duration.ofSeconds(1));
        }
        assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - dead))
            .as("no stream holds the web server")
            .isLessThan(Duration.ofSeconds(4));
        assertThat(stalled.isConnected()).isTrue();
      }
    }
  }

  /** A client that asks and never reads. */
  private static Socket stalled(ServiceProcess service, String id) throws Exception {
    Socket socket = new Socket(java.net.InetAddress.getLoopbackAddress(), service.port());
    socket
        .getOutputStream()
        .write(
            ("GET /v1/runs/" + id + "/events HTTP/1.1\r\nHost: x\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static Story read(HttpResponse<Stream<String>> response, List<String> draining) {
    List<String> names = new ArrayList<>();
    long[] end = new long[1];
    response
        .body()
        .filter(line -> line.startsWith("event: "))
        .forEach(line -> {
          String name = line.substring(7);
          names.add(name);
          if (name.equals("draining")) {
            draining.add(name);
          } else if (name.equals("end")) {
            end[0] = System.nanoTime();
          }
        });
    return new Story(names, end[0]);
  }
}
