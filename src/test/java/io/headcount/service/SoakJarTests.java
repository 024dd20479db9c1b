package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.service.SoakSampler.Sample;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * That nothing grows, however many runs there were: 2,000 here, 100,000 with {@code make soak},
 * which also writes {@code docs/soak.md}.
 */
@Timeout(2400)
class SoakJarTests {
  private static final boolean WHOLE = "whole".equals(System.getProperty("headcount.soak"));
  private static final int RUNS = WHOLE ? 100_000 : 2_000;

  /** Until as many exited runs are remembered as ever will be, and the code is compiled. */
  private static final int WARM_UP = WHOLE ? 5_000 : 500;

  private static final Duration MOST = Duration.ofMinutes(WHOLE ? 30 : 5);
  private static final int COLLECT_EVERY = 10;

  /** As few as the warm-up has, so that it has as many as there will be. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "HEADCOUNT_RETENTION_MAX_RUNS",
          WHOLE ? "2000" : "300",
          "HEADCOUNT_GUARDIAN",
          "on",
          "JAVA_TOOL_OPTIONS",
          "-Xms192m -Xmx192m -XX:+AlwaysPreTouch");

  @Test
  void nothingGrowsHoweverManyRunsThereWere(@TempDir Path folder) throws Exception {
    try (ServiceProcess service = ServiceProcess.start(folder, SETTINGS)) {
      SoakSampler sampler = new SoakSampler(service);
      Soak soak = new Soak(service);
      soak.run(WARM_UP);
      Sample before = quiet(sampler, soak);
      List<Sample> samples = underLoad(sampler, soak);
      Sample after = quiet(sampler, soak);

      SoakReport report = new SoakReport(samples, before, after);
      System.out.println(report.markdown());
      if (WHOLE) {
        report.writeTo(Path.of("docs"));
      }
      assertThat(soak.done()).isEqualTo(RUNS);
      for (SoakSeries series : SoakSeries.values()) {
        isFlat(series, report, before, after);
      }
      // The census is one of some seconds ago.
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() ->
              assertThat(service.manage("/actuator/headcount").body())
                  .contains("\"zombies\":0", "\"live\":0", "\"pipe\":0", "\"pidfd\":0"));
    }
  }

  private static void isFlat(SoakSeries series, SoakReport report, Sample before, Sample after) {
    String what = series.title();
    assertThat(series.of(after) - series.of(before))
        .as(what + " without load")
        .isLessThanOrEqualTo(series.quietNoise());
    if (WHOLE) {
      assertThat(series.median(report.lastTenth()) - series.median(report.firstTenth()))
          .as(what + " from the first tenth to the last")
          .isLessThanOrEqualTo(series.noise());
      assertThat(series.rise(report.secondHalf()))
          .as(what + " over the second half")
          .isLessThanOrEqualTo(series.noise());
    }
  }

  /** A sample a second until all have run. */
  private static List<Sample> underLoad(SoakSampler sampler, Soak soak) throws Exception {
    CompletableFuture<Void> load =
        CompletableFuture.runAsync(() -> {
          try {
            soak.run(RUNS - WARM_UP);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    List<Sample> samples = new ArrayList<>();
    long until = System.nanoTime() + MOST.toNanos();
    boolean done = false;
    while (!done) {
      assertThat(System.nanoTime()).as("in " + MOST).isLessThan(until);
      if (samples.size() % COLLECT_EVERY == 0) {
        sampler.collect();
      }
      samples.add(sampler.sample(soak.done()));
      done = isDoneAfterASecond(load);
    }
    return samples;
  }

  private static boolean isDoneAfterASecond(CompletableFuture<Void> load)
      throws InterruptedException, ExecutionException {
    try {
      load.get(1, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  private static Sample quiet(SoakSampler sampler, Soak soak) throws Exception {
    Sample[] last = new Sample[1];
    await("no child is left")
        .atMost(Duration.ofSeconds(30))
        .until(() -> {
          last[0] = sampler.sample(soak.done());
          return last[0].live() == 0 && last[0].zombies() == 0;
        });
    sampler.collect();
    return sampler.sample(soak.done());
  }
}
