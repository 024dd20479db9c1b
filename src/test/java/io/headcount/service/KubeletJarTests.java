package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.headcount.chart.Helm;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The end of a pod, as the kubelet makes it: the sleep of preStop, SIGTERM, a deadline, and SIGKILL
 * after it. The times and the settings are those of the chart.
 */
@Timeout(180)
class KubeletJarTests {
  private static final String[] VALUES = {
    "--set", "shutdown.preStopSeconds=2,shutdown.graceSeconds=3,shutdown.marginSeconds=10"
  };

  @Test
  void podEndsWithinItsGracePeriodAndRefusesNobodyBeforeItIsUnready(@TempDir Path folder)
      throws Exception {
    PodSpec pod = Helm.template(VALUES).pod();
    long sleep = pod.getContainers().getFirst().getLifecycle().getPreStop().getSleep().getSeconds();
    Duration period = Duration.ofSeconds(pod.getTerminationGracePeriodSeconds());
    assertThat(period).isEqualTo(Duration.ofSeconds(2 + 3 + 5 + 10));
    try (ServiceProcess service = ServiceProcess.start(folder, settings(pod))) {
      for (int i = 0; i < 5; i++) {
        service.shellReady("trap '' TERM; echo ready; while :; do sleep 1; done");
        service.shellReady("setsid sleep 1000 & echo ready; wait");
      }
      List<CompletableFuture<String>> streams =
          List.of(
              follow(service, "/v1/events"),
              follow(
                  service,
                  "/v1/runs/"
                      + service.shellReady(
                          "trap 'echo bye; exit' TERM; echo ready; sleep 1000 & wait")
                      + "/output?follow=true"));

      long begin = System.nanoTime();
      CompletableFuture<Refusal> refusal = CompletableFuture.supplyAsync(() -> work(service));
      assertThat(service.process().waitFor(sleep, TimeUnit.SECONDS)).as("preStop").isFalse();
      assertThat(refusal).as("nobody is refused while preStop sleeps").isNotDone();
      service.signal("TERM");
      boolean exited =
          service
              .process()
              .waitFor(period.toNanos() - (System.nanoTime() - begin), TimeUnit.NANOSECONDS);

      assertThat(exited).as("without SIGKILL after " + period).isTrue();
      assertThat(service.process().exitValue()).isEqualTo(143);
      Refusal first = refusal.get(10, TimeUnit.SECONDS);
      assertThat(first.before()).as("runs before the stop").isPositive();
      assertThat(first.readiness()).as("readiness when the first was refused").isEqualTo(503);
      assertThat(first.status()).isEqualTo(503);
      assertThat(streams.get(0).get(10, TimeUnit.SECONDS)).contains("draining");
      assertThat(streams.get(1).get(10, TimeUnit.SECONDS)).contains("bye");
      assertThat(service.carriers()).as("survivors").isEmpty();
      assertThat(service.log()).contains("event=shutdown ").contains(" left=0");
    }
  }

  /** The first request that was refused, what readiness said then, and how many were served. */
  private record Refusal(int before, int status, int readiness) {}

  private static Refusal work(ServiceProcess service) {
    try {
      for (int served = 0; ; served++) {
        HttpResponse<String> answer =
            service.post("/v1/runs", "{\"argv\":[\"true\"]}", "Prefer", "wait=10");
        if (answer.statusCode() != 200) {
          return new Refusal(
              served,
              answer.statusCode(),
              service.manage("/actuator/health/readiness").statusCode());
        }
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("a request got no answer", e);
    }
  }

  private static CompletableFuture<String> follow(ServiceProcess service, String path) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return service.get(path).body();
      } catch (IOException | InterruptedException e) {
        throw new AssertionError(path, e);
      }
    });
  }

  private static Map<String, String> settings(PodSpec pod) {
    Map<String, String> settings = new HashMap<>();
    pod.getContainers().getFirst().getEnv().stream()
        .filter(variable -> variable.getName().startsWith("HEADCOUNT_SHUTDOWN_"))
        .forEach(variable -> settings.put(variable.getName(), variable.getValue()));
    assertThat(settings).hasSize(3);
    return settings;
  }
}
