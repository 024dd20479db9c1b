package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.ChildExit;
import io.headcount.child.Signal;
import io.headcount.child.StartFailure;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 1: states, reasons, and exit codes that nobody made up. */
class StatesAndReasonsTests {
  @AutoClose private static final Supervised house = new Supervised();

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, 126, 127, 128, 137, 143, 255})
  void exitCodeIsWhatTheKernelSaid(int code) {
    RunView view = Supervised.exited(house.shell("exit " + code));

    assertThat(view.reason()).isEqualTo(Reason.EXIT);
    assertThat(view.exit())
        .extracting(ChildExit::code, ChildExit::signal)
        .containsExactly(code, null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"HUP", "KILL", "TERM", "SEGV", "USR1"})
  void exitSignalIsWhatTheKernelSaidAndNoExitCode(String signal) {
    RunView view = Supervised.exited(house.shell("kill -" + signal + " $$"));

    assertThat(view.reason()).isEqualTo(Reason.SIGNAL);
    assertThat(view.exit())
        .extracting(ChildExit::code, ChildExit::signal)
        .containsExactly(null, "SIG" + signal);
  }

  @Test
  void exit127AndNotFoundDiffer() {
    assertThat(Supervised.exited(house.shell("no-such-command")).exit())
        .extracting(ChildExit::code)
        .isEqualTo(127);
    RunView failed = Supervised.exited(house.start("no-such-command"));
    assertThat(failed.reason()).isEqualTo(Reason.SPAWN_ERROR);
    assertThat(failed.exit()).isNull();
    assertThat(failed.failure())
        .extracting(StartFailure::kind)
        .isEqualTo(StartFailure.Kind.NOT_FOUND);
  }

  @Test
  void firstCauseWinsWhenTheCancelledCommandExitsByItself() {
    Run run = house.shellReady("trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done");

    house.supervisor.cancel(run.id(), null, null);

    RunView view = Supervised.exited(run);
    assertThat(view.reason()).isEqualTo(Reason.MANUAL_CANCEL);
    assertThat(view.exit()).extracting(ChildExit::code).isEqualTo(3);
    assertThat(view.killEscalated()).isFalse();
  }

  @Test
  void firstCauseWinsWhenACancelFollowsTheExit() {
    Run run = house.shell("trap '' TERM; sleep 1000 & exit 4");
    Supervised.launched(run);
    org.awaitility.Awaitility.await().until(() -> run.view().exit() != null);

    house.supervisor.cancel(run.id(), Signal.SIGKILL, 0L);

    RunView view = Supervised.exited(run);
    assertThat(view.reason()).isEqualTo(Reason.EXIT);
    assertThat(view.exit()).extracting(ChildExit::code).isEqualTo(4);
  }

  @Test
  void cancelOfAnExitedRunChangesNothingAndSucceeds() {
    Run run = house.start("true");
    RunView before = Supervised.exited(run);

    Run same = house.supervisor.cancel(run.id(), null, null);

    assertThat(same).isSameAs(run);
    assertThat(run.view()).isEqualTo(before);
  }

  @Test
  void cancelWhileStartingIsNotLost() {
    for (int i = 0; i < 50; i++) {
      Run run = house.start("sleep", "1000");
      house.supervisor.cancel(run.id(), null, null);
      RunView view = Supervised.exited(run);
      assertThat(view.reason()).isEqualTo(Reason.MANUAL_CANCEL);
    }
    house.assertNothingLeft();
  }

  @Test
  void statesAreWalkedInOrderAndTimesAgree() {
    Run run = house.start("true");
    RunView view = Supervised.exited(run);

    assertThat(view.state()).isEqualTo(RunState.EXITED);
    assertThat(view.startedAt()).isAfterOrEqualTo(view.createdAt());
    assertThat(view.exitingAt()).isAfterOrEqualTo(view.startedAt());
    assertThat(view.exitedAt()).isAfterOrEqualTo(view.exitingAt());
    assertThat(view.durationMs()).isNotNegative();
    assertThat(view.output().complete()).isTrue();
  }

  @Test
  void exitedOnlyAfterTheTreeWasSeenEmpty() {
    Run run = house.shellReady("setsid sh -c 'trap \"\" TERM; sleep 1000' & echo ready");

    RunView view = Supervised.exited(run);

    assertThat(view.exit()).extracting(ChildExit::code).isEqualTo(0);
    assertThat(view.survivors()).isEmpty();
    assertThat(house.carriers()).isEmpty();
  }

  @Test
  void usageIsTold() {
    RunView view =
        Supervised.exited(house.shell("i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done"));

    assertThat(view.exit()).isNotNull();
    assertThat(view.exit().usage()).isNotNull();
    assertThat(view.exit().usage().userMs() + view.exit().usage().systemMs()).isPositive();
  }

  @Test
  void keptDescendantsAreListedUntilTheyEndAndDoNotHoldTheRun() {
    Run run =
        house.supervisor.start(
            Specs.keeping(Specs.shell("setsid sleep 1000 >/dev/null 2>&1 & echo $!")));
    RunView view = Supervised.exited(run);
    assertThat(view.reason()).isEqualTo(Reason.EXIT);
    assertThat(view.keepsDescendants()).isTrue();
    long kept = Long.parseLong(Supervised.stdout(run).strip());
    assertThat(run.processes().join())
        .singleElement()
        .satisfies(process -> assertThat(process.pid()).isEqualTo(kept));

    ProcessHandle.of(kept).ifPresent(ProcessHandle::destroy);

    run.released().join();
    assertThat(run.view().keepsDescendants()).isFalse();
    assertThat(Supervised.isAlive(kept)).isFalse();
  }

  /** While it executes a command a process has no environment, and its new session is unknown. */
  @Test
  void descendantInTheMiddleOfAnExecIsNotOverlooked() {
    for (int i = 0; i < 300; i++) {
      Run run =
          house.supervisor.start(
              Specs.keeping(Specs.shell("setsid sleep 1000 >/dev/null 2>&1 & exit 0")));
      assertThat(Supervised.exited(run).keepsDescendants()).isTrue();
      house.supervisor.delete(run.id()).join();
    }
    house.assertNothingLeft();
  }

  @Test
  void deleteEndsWhatWasKept() {
    Run run = house.supervisor.start(Specs.keeping(Specs.shell("setsid sleep 1000 & echo $!")));
    Supervised.exited(run);

    house.supervisor.delete(run.id()).join();

    assertThat(house.supervisor.find(run.id())).isEmpty();
    assertThat(house.carriers()).isEmpty();
  }

  @Test
  void nothingIsDeliveredAfterTheRunHasSettled() {
    Run run =
        house.supervisor.start(
            Specs.keeping(Specs.shell("(while :; do echo more; sleep 0.02; done) & echo first")));
    RunView settled = Supervised.exited(run);
    assertThat(settled.output().truncated()).as("a writer was still there").isTrue();

    long next = run.output().next();
    run.processes().join();

    assertThat(run.output().next()).isEqualTo(next);
    assertThat(Supervised.stdout(run).lines()).contains("first", "more");
    house.supervisor.delete(run.id()).join();
  }
}
