package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.StartFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Descriptors, threads and children stay bounded however runs end. */
class BoundedResourcesTests {

  @Test
  void everythingReturnsToTheBaselineAfter2000RunsOfFourKinds() throws Exception {
    try (Supervised house = new Supervised()) {
      mixed(house, 40); // what is made once (pools, classes) belongs to the baseline
      house.assertNothingLeft();
      int descriptors = Supervised.openDescriptors();
      int threads = Thread.getAllStackTraces().size();

      Map<Reason, Integer> reasons = mixed(house, 2000);

      assertThat(reasons)
          .containsOnly(
              Map.entry(Reason.EXIT, 500),
              Map.entry(Reason.SPAWN_ERROR, 500),
              Map.entry(Reason.MANUAL_CANCEL, 500),
              Map.entry(Reason.OVERALL_TIMEOUT, 500));
      house.assertNothingLeft();
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> {
            assertThat(Supervised.openDescriptors()).isLessThanOrEqualTo(descriptors);
            assertThat(Thread.getAllStackTraces()).hasSizeLessThanOrEqualTo(threads + 1);
          });
      assertThat(house.supervisor.count(RunState.RUNNING)).isZero();
      assertThat(house.supervisor.count(RunState.EXITING)).isZero();
    }
  }

  @Test
  void thousandFailedStartsLeaveNothingBehindButTheirRecords() throws Exception {
    try (Supervised house = new Supervised()) {
      Supervised.exited(house.start("true"));
      int descriptors = Supervised.openDescriptors();
      int threads = Thread.getAllStackTraces().size();
      List<Run> runs = new ArrayList<>();

      for (int i = 0; i < 1000; i++) {
        runs.add(house.start("no-such-command"));
      }

      for (Run run : runs) {
        RunView view = Supervised.exited(run);
        assertThat(view.reason()).isEqualTo(Reason.SPAWN_ERROR);
        assertThat(view.failure())
            .extracting(StartFailure::kind, StartFailure::errno)
            .containsExactly(StartFailure.Kind.NOT_FOUND, "ENOENT");
        assertThat(view.exit()).as("no exit was seen, so none is told").isNull();
      }
      assertThat(house.childDescriptors()).isZero();
      assertThat(Supervised.openDescriptors()).isLessThanOrEqualTo(descriptors);
      assertThat(Thread.getAllStackTraces()).hasSizeLessThanOrEqualTo(threads + 1);
      assertThat(house.supervisor.count(RunState.EXITED)).isEqualTo(1001);
    }
  }

  private static Map<Reason, Integer> mixed(Supervised house, int count) throws Exception {
    Semaphore places = new Semaphore(64);
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      places.acquire();
      Run run =
          switch (i % 4) {
            case 0 -> house.start("true");
            case 1 -> house.start("no-such-command");
            case 2 -> house.start("sleep", "1000");
            default -> house.supervisor.start(Specs.timeout(List.of("sleep", "1000"), 20));
          };
      var _ = run.exited().thenRun(places::release);
      if (i % 4 == 2) {
        house.supervisor.cancel(run.id(), null, null);
      }
      runs.add(run);
    }
    Map<Reason, Integer> reasons = new java.util.EnumMap<>(Reason.class);
    for (Run run : runs) {
      reasons.merge(Supervised.exited(run).reason(), 1, Integer::sum);
    }
    return reasons;
  }
}
