package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.ChildExit;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 4: the clocks of a run. */
class TimeoutTests {
  @AutoClose private static final Supervised house = new Supervised();

  @Test
  void overallTimeoutEndsTheRun() {
    RunView view =
        Supervised.exited(house.supervisor.start(Specs.timeout(List.of("sleep", "1000"), 100)));

    assertThat(view.reason()).isEqualTo(Reason.OVERALL_TIMEOUT);
    assertThat(view.exit()).extracting(ChildExit::signal).isEqualTo("SIGTERM");
    house.assertNothingLeft();
  }

  @Test
  void noOutputTimeoutEndsASilentRun() {
    RunSpec spec = Specs.timeouts(Specs.shell("echo once; sleep 1000"), null, 150L, null);

    RunView view = Supervised.exited(house.supervisor.start(spec));

    assertThat(view.reason()).isEqualTo(Reason.NO_OUTPUT_TIMEOUT);
    assertThat(view.output().stdoutBytes()).isEqualTo(5);
  }

  @Test
  void anyByteOnEitherStreamResetsTheNoOutputClock() {
    String talkative =
        "i=0; while [ $i -lt 15 ]; do printf x; sleep 0.05; printf y >&2; sleep 0.05; i=$((i+1)); done";
    RunSpec spec = Specs.timeouts(Specs.shell(talkative), null, 800L, null);

    RunView view = Supervised.exited(house.supervisor.start(spec));

    assertThat(view.reason()).isEqualTo(Reason.EXIT);
    assertThat(view.durationMs()).isGreaterThan(800);
  }

  @Test
  void overallTimeoutWinsATie() {
    for (int i = 0; i < 20; i++) {
      RunSpec spec = Specs.timeouts(Specs.shell("sleep 1000"), 50L, 50L, null);
      assertThat(Supervised.exited(house.supervisor.start(spec)).reason())
          .isEqualTo(Reason.OVERALL_TIMEOUT);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1L << 31, (1L << 31) + 1, 1L << 32, 1L << 53})
  void zeroIsOffAndLongTimeoutsDoNotFireAtOnce(long ms) {
    RunSpec spec = Specs.timeouts(Specs.shell("sleep 0.2; echo done"), ms, ms, ms);

    Run run = house.supervisor.start(spec);

    assertThat(Supervised.exited(run).reason()).isEqualTo(Reason.EXIT);
    assertThat(Supervised.stdout(run)).isEqualTo("done\n");
  }

  @Test
  void queueTimeoutEndsARunThatNeverGotAPlace() throws Exception {
    try (Supervised small = new Supervised(settings -> Supervised.withLimits(settings, 1, 5))) {
      Run first = small.start("sleep", "1000");
      Supervised.launched(first);
      Run second =
          small.supervisor.start(Specs.timeouts(Specs.shell("echo never"), null, null, 100L));

      RunView view = Supervised.exited(second);

      assertThat(view.reason()).isEqualTo(Reason.QUEUE_TIMEOUT);
      assertThat(view.startedAt()).isNull();
      assertThat(view.exit()).isNull();
      assertThat(first.state()).isEqualTo(RunState.RUNNING);
    }
  }

  @Test
  void timeoutsAreGoneWhenTheRunEnds() throws Exception {
    Run run = house.supervisor.start(Specs.timeouts(Specs.shell("exit 0"), 300L, 300L, null));
    RunView view = Supervised.exited(run);

    Run later = house.supervisor.start(Specs.timeout(List.of("sleep", "1000"), 500));
    later.exited().get(10, TimeUnit.SECONDS);

    assertThat(run.view()).isEqualTo(view);
    assertThat(view.reason()).isEqualTo(Reason.EXIT);
  }

  @Test
  void graceIsItsOwnClock() {
    Run run =
        house.supervisor.start(
            Specs.timeouts(
                Specs.shell("trap '' TERM; echo ready; while :; do sleep 1; done"),
                200L,
                null,
                null));

    RunView view = Supervised.exited(run);

    assertThat(view.reason()).isEqualTo(Reason.OVERALL_TIMEOUT);
    assertThat(view.killEscalated()).isTrue();
    assertThat(Duration.ofMillis(view.durationMs()))
        .isBetween(Duration.ofMillis(1100), Duration.ofSeconds(10));
  }
}
