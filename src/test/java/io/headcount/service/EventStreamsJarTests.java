package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.AttachClient;
import io.headcount.api.DeafClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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

/** The stop of the packaged service, seen by those who follow events or are attached. */
@Timeout(180)
class EventStreamsJarTests {
  private static final int STREAMS = 50;
  private static final int SOCKETS = 10;
  private static final int MUCH = 30_000_000;
  private static final Map<String, String> GRACE = Map.of("HEADCOUNT_DEFAULTS_GRACE", "2s");
  private static final Duration DRAIN_TOLD = Duration.ofMillis(1500); // long before the grace ends

  /** The events that one client got, and when the last came. */
  private record Story(List<String> names, long endNanos) {}

  @Test
  void everyStreamHasItsEndWithinASecondAfterTheLastChildDied(@TempDir Path folder)
      throws Exception {
    try (ServiceProcess service = ServiceProcess.start(folder, GRACE);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HttpClient http = HttpClient.newBuilder().executor(threads).build()) {
      List<String> runs = runs(service);
      List<String> draining = new CopyOnWriteArrayList<>();
      List<CompletableFuture<Story>> stories = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        String path = i < 40 ? "/v1/runs/" + runs.get(i % 5) + "/events" : "/v1/events";
        HttpResponse<Stream<String>> response =
            open(http, service, path, HttpResponse.BodyHandlers.ofLines());
        stories.add(CompletableFuture.supplyAsync(() -> read(response, draining), threads));
      }
      List<AttachClient> sockets = new ArrayList<>();
      for (int i = 0; i < SOCKETS; i++) {
        sockets.add(
            AttachClient.open(
                service.port(),
                "/v1/runs/" + runs.get(i % 5) + "/attach?mode=" + (i < 5 ? "rw" : "ro")));
      }
      service.awaitClients("run-events", 40);
      service.awaitClients("events", 10);
      service.awaitClients("attach", SOCKETS);

      service.signal("TERM");
      Awaitility.await()
          .atMost(DRAIN_TOLD)
          .pollInterval(Duration.ofMillis(10))
          .until(() ->
              draining.size() == STREAMS
                  && sockets.stream().allMatch(socket -> socket.types().contains("draining")));
      long dead = awaitDeath(service);

      for (int i = 0; i < STREAMS; i++) {
        Story story = stories.get(i).get(10, TimeUnit.SECONDS);
        assertThat(story.names()).endsWith(i < 40 ? "exit" : "state", "end");
        assertThat(Duration.ofNanos(story.endNanos() - dead)).isLessThan(Duration.ofSeconds(1));
      }
      for (AttachClient socket : sockets) {
        assertThat(socket.closeCode()).isEqualTo(1000);
        assertThat(socket.types()).endsWith("exit");
        assertThat(Duration.ofNanos(socket.closedNanos() - dead)).isLessThan(Duration.ofSeconds(1));
      }
      awaitStop(service, dead, Duration.ofSeconds(4));
      assertThat(service.log()).doesNotContain("event=streams-cut-off");
    }
  }

  @Test
  void whoeverStallsDoesNotHoldTheStop(@TempDir Path folder) throws Exception {
    try (ServiceProcess service = ServiceProcess.start(folder, GRACE);
        HttpClient http = HttpClient.newHttpClient()) {
      String id =
          service.shellReady(
              "trap '' TERM; echo ready; head -c %d /dev/zero; while :; do sleep 0.1; done"
                  .formatted(MUCH));
      HttpRequest totals =
          HttpRequest.newBuilder(uri(service, "/v1/runs/" + id + "/output"))
              .method("HEAD", HttpRequest.BodyPublishers.noBody())
              .build();
      Awaitility.await()
          .until(() ->
              http.send(totals, HttpResponse.BodyHandlers.discarding())
                      .headers()
                      .firstValueAsLong("Output-Next")
                      .orElse(0)
                  > MUCH);
      String run = "/v1/runs/" + id;
      HttpResponse<InputStream> reading =
          open(
              http,
              service,
              run + "/output?follow=true",
              HttpResponse.BodyHandlers.ofInputStream());
      CompletableFuture<Long> read = CompletableFuture.supplyAsync(() -> count(reading));
      try (DeafClient _ = DeafClient.get(service.port(), run + "/events");
          DeafClient _ = DeafClient.get(service.port(), run + "/output?follow=true");
          DeafClient _ = DeafClient.attach(service.port(), run + "/attach?mode=ro&offset=0");
          DeafClient liar = DeafClient.attach(service.port(), run + "/attach?mode=ro&offset=0")) {
        service.awaitClients("run-events", 1);
        service.awaitClients("output-follow", 2);
        service.awaitClients("attach", 2);
        for (int i = 0; i < 1000; i++) {
          liar.acknowledge(i * 16_384L); // so that more is sent than it takes
        }

        service.signal("TERM");
        long dead = awaitDeath(service);
        awaitStop(service, dead, Duration.ofSeconds(5)); // 1 s for the last events, 2 s for all
        assertThat(service.log()).contains("event=streams-cut-off").contains("unsettled=0 left=0");
        assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(MUCH + 6);
      }
    }
  }

  /** Five runs, one of which ignores the signal. */
  private static List<String> runs(ServiceProcess service) throws Exception {
    List<String> runs = new ArrayList<>();
    runs.add(service.shellReady("trap '' TERM; echo ready; while :; do sleep 0.1; done"));
    for (int i = 0; i < 4; i++) {
      runs.add(service.shellReady("echo ready; exec sleep 1000"));
    }
    return runs;
  }

  private static URI uri(ServiceProcess service, String path) {
    return URI.create("http://127.0.0.1:" + service.port() + path);
  }

  private static <T> HttpResponse<T> open(
      HttpClient http, ServiceProcess service, String path, HttpResponse.BodyHandler<T> body)
      throws IOException, InterruptedException {
    HttpResponse<T> response = http.send(HttpRequest.newBuilder(uri(service, path)).build(), body);
    assertThat(response.statusCode()).isEqualTo(200);
    return response;
  }

  /** Waits until no child is left, and returns when that was. */
  private static long awaitDeath(ServiceProcess service) throws IOException {
    assertThat(service.carriers()).isNotEmpty();
    Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> service.carriers().isEmpty());
    return System.nanoTime();
  }

  private static void awaitStop(ServiceProcess service, long dead, Duration most)
      throws InterruptedException {
    assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - dead))
        .as("no stream holds the web server")
        .isLessThan(most);
  }

  private static long count(HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      return body.transferTo(java.io.OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
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
