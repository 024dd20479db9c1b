package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Section 10: the stop of the packaged service. */
@Timeout(180)
class ShutdownJarTests {
  private static final Duration GRACE = Duration.ofSeconds(3);
  private static final Map<String, String> SHORT_GRACE =
      Map.of("HEADCOUNT_DEFAULTS_GRACE", GRACE.toSeconds() + "s");

  /** What the service answered at one moment of its stop. */
  private record Seen(long nanos, int readiness, int liveness, int start, String retryAfter) {}

  @Test
  void sigtermEndsTwentyMixedChildrenWithinTheGraceAndTwoSeconds(@TempDir Path folder)
      throws Exception {
    try (ServiceProcess service = ServiceProcess.start(folder, SHORT_GRACE)) {
      for (int i = 0; i < 3; i++) {
        service.shellReady("echo ready; exec sleep 1000");
        service.shellReady("trap '' TERM; echo ready; while :; do sleep 1; done");
        service.shellReady("sleep 1000 & sleep 1000 & sleep 1000 & echo ready; wait");
        service.shellReady("setsid sleep 1000 & echo ready; wait");
        service.shellReady("(setsid sh -c '(sleep 1000 &)' &); echo ready; sleep 1000");
        service.shellReady("echo ready; kill -STOP $$; sleep 1000");
      }
      service.shellReady("sleep 1000 & echo ready; exec sleep 1000 >/dev/null");
      service.shellReady("setsid sh -c 'trap \"\" TERM; sleep 1000' & echo ready; exec sleep 1000");
      assertThat(service.carriers()).hasSizeGreaterThan(20);
      List<Long> pids = new ArrayList<>(service.below().keySet());
      List<Seen> seen = new CopyOnWriteArrayList<>();

      long started = System.nanoTime();
      service.signal("TERM");
      CompletableFuture<Void> watch = CompletableFuture.runAsync(() -> watch(service, seen));
      assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
      Duration took = Duration.ofNanos(System.nanoTime() - started);
      watch.join();

      assertThat(service.carriers()).as("left behind").isEmpty();
      assertThat(pids).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
      assertThat(took).isLessThan(GRACE.plusSeconds(2));
      assertThat(service.process().exitValue()).isEqualTo(143);
      assertThat(service.log())
          .contains("event=shutdown runs=20 reasons={SHUTDOWN=20}")
          .contains("unsettled=0 left=0")
          .containsOnlyOnce("event=shutdown ");
      assertThat(seen).as("answers during the stop").isNotEmpty();
      assertThat(seen)
          .allSatisfy(moment -> {
            assertThat(moment.readiness()).isEqualTo(503);
            assertThat(moment.liveness()).isEqualTo(200);
            assertThat(moment.start()).isEqualTo(503);
            assertThat(moment.retryAfter()).matches("\\d+");
          });
      assertThat(seen.getLast().nanos() - started)
          .as("both ports served until the grace was over")
          .isGreaterThan(GRACE.toNanos() / 2);
    }
  }

  /** Asks until the ports close. The first answers may come before the signal was handled. */
  private static void watch(ServiceProcess service, List<Seen> seen) {
    boolean refused = false;
    while (service.process().isAlive()) {
      try {
        int readiness = service.manage("/actuator/health/readiness").statusCode();
        refused |= readiness == 503;
        if (refused) {
          int liveness = service.manage("/actuator/health/liveness").statusCode();
          HttpResponse<String> start = service.post("/v1/runs", "{\"argv\":[\"true\"]}");
          seen.add(
              new Seen(
                  System.nanoTime(),
                  readiness,
                  liveness,
                  start.statusCode(),
                  start.headers().firstValue("Retry-After").orElse("")));
        }
      } catch (IOException e) {
        return; // the ports are closed: the runs have ended
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "HUP, 129", "TERM, 143"})
  void everySignalLeadsThroughOnePath(String signal, int exit, @TempDir Path folder)
      throws Exception {
    try (ServiceProcess service = ServiceProcess.start(folder, SHORT_GRACE)) {
      service.shellReady("setsid sleep 1000 & echo ready; exec sleep 1000");
      service.post(
          "/v1/runs",
          "{\"shell\":\"setsid sleep 1000 & echo kept\",\"descendants\":\"keep\"}",
          "Prefer",
          "wait=10");
      assertThat(service.carriers()).hasSize(3);

      service.signal(signal);

      assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(service.process().exitValue()).isEqualTo(exit);
      assertThat(service.carriers()).isEmpty();
    }
  }

  @Test
  void runMayFinishWithinTheDrainAndStreamsEndWithTheirRuns(@TempDir Path folder) throws Exception {
    Map<String, String> drain = Map.of("HEADCOUNT_SHUTDOWN_DRAIN", "20s");
    try (ServiceProcess service = ServiceProcess.start(folder, drain)) {
      Path pipe = folder.resolve("pipe");
      assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
      String id = service.shellReady("echo ready; read x < pipe; echo finished");
      CompletableFuture<HttpResponse<String>> follower =
          CompletableFuture.supplyAsync(() -> follow(service, id), Thread::startVirtualThread);
      service.awaitClients("output-follow", 1);

      service.signal("TERM");
      Awaitility.await().until(() -> service.log().contains("event=drain"));
      Files.writeString(pipe, "go\n");

      assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(service.log()).contains("reasons={EXIT=1}").contains("unsettled=0 left=0");
      assertThat(follower.get(20, TimeUnit.SECONDS).body()).isEqualTo("ready\nfinished\n");
    }
  }

  private static HttpResponse<String> follow(ServiceProcess service, String id) {
    try {
      return service.get("/v1/runs/" + id + "/output?follow=true");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void openStreamsDoNotHoldTheStop(@TempDir Path folder) throws Exception {
    try (ServiceProcess service = ServiceProcess.start(folder, SHORT_GRACE)) {
      String id = service.shellReady("echo ready; exec sleep 1000");
      List<CompletableFuture<HttpResponse<String>>> followers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        followers.add(
            CompletableFuture.supplyAsync(() -> follow(service, id), Thread::startVirtualThread));
      }
      service.awaitClients("output-follow", followers.size());
      long started = System.nanoTime();

      service.signal("TERM");

      assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(4));
      for (CompletableFuture<HttpResponse<String>> follower : followers) {
        assertThat(follower.get(20, TimeUnit.SECONDS).body()).isEqualTo("ready\n");
      }
    }
  }
}
