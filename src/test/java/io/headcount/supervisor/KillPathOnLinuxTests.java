package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.Child.Target;
import io.headcount.child.ChildExit;
import io.headcount.child.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Section 3: the one kill path, on real trees. */
class KillPathOnLinuxTests {
  @AutoClose private static final Supervised house = new Supervised();

  private static RunView cancelled(Run run) {
    house.supervisor.cancel(run.id(), null, null);
    RunView view = Supervised.exited(run);
    assertThat(view.reason()).isEqualTo(Reason.MANUAL_CANCEL);
    assertThat(view.survivors()).isEmpty();
    house.assertNothingLeft();
    return view;
  }

  @Test
  void obedientTreeIsGoneWithoutSigkill() {
    Run run = house.shellReady("sleep 1000 & sleep 1000 & echo ready; wait");

    assertThat(cancelled(run).killEscalated()).isFalse();
  }

  @Test
  void processThatLeavesTheGroupWhileItIsSignalledIsNotMissed() {
    assertNoneWasMissed("setsid sleep 1000");
  }

  @Test
  void processThatADaemonForksWhileItIsSignalledIsNotMissed() {
    assertNoneWasMissed("setsid sh -c 'sleep 1000 & exec sleep 1000'");
  }

  private static void assertNoneWasMissed(String daemon) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      runs.add(house.shell(daemon + " </dev/null >/dev/null 2>&1 & exit 0"));
      if (i % 8 == 7) {
        runs.subList(i - 7, i).forEach(Supervised::exited);
      }
    }

    assertThat(runs).extracting(run -> Supervised.exited(run).killEscalated()).containsOnly(false);
    house.assertNothingLeft();
  }

  @Test
  void termIgnorerIsKilledAfterTheGraceAndNotBefore() {
    Run run = house.shellReady("trap '' TERM; echo ready; while :; do sleep 1; done");
    long started = System.nanoTime();

    RunView view = cancelled(run);

    assertThat(view.killEscalated()).isTrue();
    assertThat(view.exit()).extracting(ChildExit::signal).isEqualTo("SIGKILL");
    assertThat(Duration.ofNanos(System.nanoTime() - started))
        .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void memberThatIgnoresTermIsKilledThoughTheLeaderObeyed() {
    Run run =
        house.shellReady("sh -c 'trap \"\" TERM; echo ready; while :; do sleep 1; done' & wait");

    assertThat(cancelled(run).killEscalated()).isTrue();
  }

  @Test
  void processInASessionOfItsOwnIsEnded() {
    cancelled(house.shellReady("setsid sleep 1000 & echo ready; wait"));
  }

  @Test
  void doubleForkedDaemonIsEnded() {
    cancelled(
        house.shellReady(
            "setsid sh -c '(setsid sleep 1000 >/dev/null 2>&1 &) ; exit 0'; echo ready; sleep 1000"));
  }

  @Test
  void daemonIsEndedWhenItsLeaderExitsByItself() {
    Run run = house.shell("setsid sh -c '(setsid sleep 1000 >/dev/null 2>&1 &)'; exit 5");

    RunView view = Supervised.exited(run);

    assertThat(view.reason()).isEqualTo(Reason.EXIT);
    assertThat(view.exit()).extracting(ChildExit::code).isEqualTo(5);
    house.assertNothingLeft();
  }

  @Test
  void stoppedTreeIsEnded() {
    Run run = house.shellReady("sleep 1000 & echo ready; kill -STOP 0; sleep 1000");
    Awaitility.await()
        .until(
            () -> run.processes().join().stream().allMatch(process -> "T".equals(process.state())));

    assertThat(cancelled(run).killEscalated()).as("woken by SIGCONT to obey").isFalse();
  }

  @Test
  void forkDuringTheGraceIsFoundByTheSecondLook() {
    cancelled(
        house.shellReady(
            "trap 'setsid sh -c \"trap : TERM; while :; do sleep 1; done\" & sleep 1000' TERM;"
                + " echo ready; while :; do sleep 0.05; done"));
  }

  @Test
  void wideTreeIsEnded() {
    cancelled(
        house.shellReady(
            "i=0; while [ $i -lt 100 ]; do sleep 1000 & i=$((i+1)); done; echo ready; wait"));
  }

  @Test
  void repeatedCancelDoesNotExtendTheDeadlineAndAShorterGraceShortens() throws Exception {
    Run run = house.shellReady("trap '' TERM; echo ready; while :; do sleep 1; done");
    house.supervisor.cancel(run.id(), null, 60_000L);
    assertThat(run.exited().isDone()).isFalse();
    house.supervisor.cancel(run.id(), null, 50L);
    house.supervisor.cancel(run.id(), null, 60_000L);

    run.exited().get(20, TimeUnit.SECONDS);

    assertThat(run.view().killEscalated()).isTrue();
  }

  @Test
  void sigkillAsTheFirstSignalLeavesNoGrace() throws Exception {
    Run run = house.shellReady("trap '' TERM; echo ready; while :; do sleep 1; done");

    house.supervisor.cancel(run.id(), Signal.SIGKILL, 60_000L);

    run.exited().get(20, TimeUnit.SECONDS);
    assertThat(run.view().killEscalated()).as("nothing was escalated").isFalse();
  }

  @Test
  void signalReachesTheTargetAskedForAndEndsNothing() {
    String counter =
        "trap 'echo leader' USR1; sh -c 'trap \"echo member\" USR1; echo ready;"
            + " while :; do sleep 0.05; done' & while :; do wait; done";
    Run run = house.shellReady(counter);

    assertThat(house.supervisor.signal(run.id(), Signal.SIGUSR1, Target.LEADER).join()).isTrue();
    Supervised.awaitOutput(run, "leader");
    assertThat(Supervised.stdout(run)).doesNotContain("member");
    assertThat(house.supervisor.signal(run.id(), Signal.SIGUSR1, Target.GROUP).join()).isTrue();
    Supervised.awaitOutput(run, "member");

    assertThat(run.state()).isEqualTo(RunState.RUNNING);
    cancelled(run);
  }

  @Test
  void processesListsTheLiveTreeWithTheLeaderFirst() {
    Run run = house.shellReady("setsid sleep 1000 & sleep 1001 & echo ready; wait");
    Awaitility.await().until(() -> run.processes().join().size() == 3);

    List<io.headcount.child.ProcessInfo> processes = run.processes().join();

    assertThat(processes.getFirst().pid()).isEqualTo(run.view().pid());
    assertThat(processes)
        .filteredOn(io.headcount.child.ProcessInfo::escaped)
        .singleElement()
        .satisfies(process -> assertThat(process.command()).isEqualTo("sleep 1000"));
    assertThat(processes)
        .allSatisfy(process -> {
          assertThat(process.startTime())
              .isBetween(
                  run.view().createdAt().minusSeconds(2), java.time.Instant.now().plusSeconds(2));
          assertThat(process.rssBytes()).isPositive();
          assertThat(process.fds()).isPositive();
        });
    cancelled(run);
  }

  @Test
  void zombiesReturnToZeroAfterDoubleForkingRuns() {
    for (int i = 0; i < 200; i++) {
      Run run = house.shell("(setsid sh -c 'exit 0' &) ; exit 0");
      if (i % 50 == 49) {
        Supervised.exited(run);
      }
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          assertThat(house.supervisor.count(RunState.RUNNING)).isZero();
          assertThat(house.adapter.census().get().zombies()).isZero();
        });
  }
}
