package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Section 9: scopes, replacement, admission and retention. */
class ScopesAndLimitsTests {
  private static final RunSpec.Command SLEEP = new RunSpec.Command.Argv(List.of("sleep", "1000"));

  @Test
  void cancelScopeEndsThatScopeOnlyAndComparesTrimmed() {
    try (Supervised house = new Supervised()) {
      Run inside = house.supervisor.start(Specs.scoped(SLEEP, " a ", false));
      Run outside = house.supervisor.start(Specs.scoped(SLEEP, "b", false));
      Run none = house.supervisor.start(Specs.scoped(SLEEP, "  ", false));
      Supervised.launched(outside);

      assertThat(house.supervisor.cancelScope("a", null)).containsExactly(inside);
      assertThat(house.supervisor.cancelScope(" ", null)).isEmpty();

      assertThat(Supervised.exited(inside).reason()).isEqualTo(Reason.MANUAL_CANCEL);
      assertThat(outside.state()).isEqualTo(RunState.RUNNING);
      assertThat(none.spec().scopeKey()).isNull();
      assertThat(none.exited().isDone()).isFalse();
    }
  }

  @Test
  void replacementStartsOnlyAfterThePredecessorsHaveExited() {
    try (Supervised house = new Supervised()) {
      Run first =
          house.supervisor.start(
              Specs.scoped(
                  Specs.shell(
                      "trap 'sleep 0.3; exit 0' TERM; echo ready; while :; do sleep 0.01; done"),
                  "s",
                  false));
      Supervised.awaitOutput(first, "ready");

      Run second = house.supervisor.start(Specs.scoped(SLEEP, "s", true));

      Supervised.launched(second);
      assertThat(first.state()).isEqualTo(RunState.EXITED);
      assertThat(first.view().reason()).isEqualTo(Reason.MANUAL_CANCEL);
      assertThat(second.state()).isEqualTo(RunState.RUNNING);
      assertThat(second.view().startedAt()).isAfterOrEqualTo(first.view().exitedAt());
    }
  }

  @Test
  void twoReplacementsAtOnceLeaveExactlyOneRun() {
    try (Supervised house = new Supervised()) {
      for (int round = 0; round < 50; round++) {
        List<CompletableFuture<Run>> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          starts.add(
              CompletableFuture.supplyAsync(
                  () -> house.supervisor.start(Specs.scoped(SLEEP, "s", true))));
        }
        List<Run> runs = starts.stream().map(CompletableFuture::join).toList();
        runs.forEach(Supervised::launched);

        assertThat(runs)
            .extracting(Run::state)
            .as("%s", runs.stream().map(Run::view).toList())
            .containsExactlyInAnyOrder(
                RunState.RUNNING, RunState.EXITED, RunState.EXITED, RunState.EXITED);
      }
      // in the middle of its exec a process has no environment
      Awaitility.await().untilAsserted(() -> assertThat(house.carriers()).hasSize(1));
    }
  }

  @Test
  void replacementTakesThePlaceOfItsPredecessorHoweverLongTheQueue() {
    try (Supervised house = new Supervised(settings -> Supervised.withLimits(settings, 2, 1))) {
      Run first = house.supervisor.start(Specs.scoped(SLEEP, "s", false));
      house.start("sleep", "1000");
      Run waiting = house.start("sleep", "1000");

      Run second = house.supervisor.start(Specs.scoped(SLEEP, "s", true));

      Supervised.launched(second);
      assertThat(first.state()).isEqualTo(RunState.EXITED);
      assertThat(second.state()).isEqualTo(RunState.RUNNING);
      assertThat(waiting.isQueued()).isTrue();

      house.supervisor.cancel(second.id(), null, null);

      Supervised.launched(waiting);
      assertThat(waiting.state()).isEqualTo(RunState.RUNNING);
    }
  }

  @Test
  void cancelledReplacementNeverRuns() {
    try (Supervised house = new Supervised()) {
      Run first =
          house.supervisor.start(
              Specs.scoped(
                  Specs.shell("trap '' TERM; echo ready; while :; do sleep 0.1; done"),
                  "s",
                  false));
      Supervised.awaitOutput(first, "ready");
      Run second = house.supervisor.start(Specs.scoped(SLEEP, "s", true));

      house.supervisor.cancel(second.id(), null, null);

      assertThat(Supervised.exited(second).startedAt()).isNull();
      Supervised.exited(first);
      assertThat(Supervised.exited(house.start("true")).reason()).isEqualTo(Reason.EXIT);
      assertThat(house.supervisor.count(RunState.RUNNING)).isZero();
      assertThat(house.carriers()).isEmpty();
    }
  }

  @Test
  void runsBeyondTheLimitWaitInOrderAndBeyondTheQueueAreRefused() {
    try (Supervised house = new Supervised(settings -> Supervised.withLimits(settings, 2, 2))) {
      Run a = house.start("sleep", "1000");
      Run b = house.start("sleep", "1000");
      Run c = house.start("sleep", "1000");
      Run d = house.start("sleep", "1000");
      Supervised.launched(a);
      Supervised.launched(b);
      assertThat(c.state()).isEqualTo(RunState.QUEUED);
      assertThat(house.supervisor.count(RunState.QUEUED)).isEqualTo(2);
      assertThatExceptionOfType(SupervisorException.QueueFull.class)
          .isThrownBy(() -> house.start("true"));

      house.supervisor.cancel(a.id(), null, null);

      Supervised.launched(c);
      assertThat(c.state()).isEqualTo(RunState.RUNNING);
      assertThat(d.state()).isEqualTo(RunState.QUEUED);
      house.supervisor.cancel(d.id(), null, null);
      assertThat(Supervised.exited(d).startedAt()).isNull();
      assertThat(house.supervisor.count(RunState.QUEUED)).isZero();
    }
  }

  @Test
  void placesAreNeverLostHoweverQueuedRunsEnd() {
    try (Supervised house = new Supervised(settings -> Supervised.withLimits(settings, 3, 1000))) {
      List<Run> runs = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        runs.add(i % 3 == 0 ? house.start("no-such-command") : house.start("true"));
        if (i % 5 == 0) {
          house.supervisor.cancel(runs.getLast().id(), null, null);
        }
      }
      runs.forEach(Supervised::exited);
      List<Run> three =
          List.of(house.start("sleep", "9"), house.start("sleep", "9"), house.start("sleep", "9"));
      three.forEach(Supervised::launched);
      assertThat(three).allMatch(run -> run.state() == RunState.RUNNING);
    }
  }

  @Test
  void startPastTheDescriptorBudgetIsRefusedBeforeAnythingIsOpened() {
    try (Supervised house =
        new Supervised(settings ->
            new SupervisorSettings(
                settings.bootId(),
                settings.workspace(),
                10,
                10,
                10,
                0,
                90,
                settings.defaults(),
                settings.retention()))) {
      assertThatExceptionOfType(SupervisorException.DescriptorBudget.class)
          .isThrownBy(() -> house.start("true"));
      assertThat(house.childDescriptors()).isZero();
      assertThat(house.supervisor.count(RunState.EXITED)).isZero();
    }
  }

  private static Supervised retaining(int maxRuns, Duration maxAge, long maxOutputBytes) {
    return new Supervised(settings ->
        new SupervisorSettings(
            settings.bootId(),
            settings.workspace(),
            settings.maxLiveRuns(),
            settings.maxLiveRunsOfOne(),
            settings.maxQueuedRuns(),
            settings.descriptorBudgetPercent(),
            settings.pidBudgetPercent(),
            settings.defaults(),
            new SupervisorSettings.Retention(maxRuns, maxAge, maxOutputBytes)));
  }

  @Test
  void exitedRecordsGoOldestFirstAndLiveOnesNever() {
    try (Supervised house = retaining(3, Duration.ofMinutes(1), 1L << 30)) {
      Run live = house.start("sleep", "1000");
      List<Run> exited = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        exited.add(house.start("true"));
        Supervised.exited(exited.getLast());
      }

      assertThat(house.supervisor.find(exited.get(0).id())).isEmpty();
      assertThat(house.supervisor.find(exited.get(1).id())).isEmpty();
      assertThat(house.supervisor.find(exited.get(2).id())).isPresent();
      assertThat(house.supervisor.find(live.id())).isPresent();
      assertThat(house.supervisor.count(RunState.EXITED)).isEqualTo(3);
    }
  }

  @Test
  void exitedRecordsGoByOutputAndByAge() {
    try (Supervised house = retaining(100, Duration.ofMillis(400), 3L << 19)) {
      Run big = house.shell("head -c 1000000 /dev/zero");
      Supervised.exited(big);
      Run bigger = house.shell("head -c 1000000 /dev/zero");
      Supervised.exited(bigger);
      assertThat(house.supervisor.find(big.id())).isEmpty();
      assertThat(house.supervisor.find(bigger.id())).isPresent();
      Run beyond =
          house.supervisor.start(
              Specs.output(Specs.shell("head -c 2000000 /dev/zero"), 1L << 22, null));
      Supervised.exited(beyond);
      assertThat(house.supervisor.find(bigger.id())).isEmpty();
      assertThat(house.supervisor.find(beyond.id())).as("more than all may have").isPresent();
      Awaitility.await()
          .until(() ->
              house
                  .supervisor
                  .list(new RunQuery(Set.of(), Set.of(), null, Map.of(), 10, null, null))
                  .runs()
                  .isEmpty());
    }
  }

  @Test
  void putUnderOneIdStartsOnce() throws Exception {
    try (Supervised house = new Supervised()) {
      List<CompletableFuture<ProcessSupervisor.Put>> puts = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        puts.add(
            CompletableFuture.supplyAsync(
                () -> house.supervisor.put("mine", RunSpec.of(List.of("sleep", "1000")))));
      }
      List<ProcessSupervisor.Put> done = new ArrayList<>();
      for (CompletableFuture<ProcessSupervisor.Put> put : puts) {
        done.add(put.get(10, TimeUnit.SECONDS));
      }
      assertThat(done).filteredOn(ProcessSupervisor.Put::created).hasSize(1);
      assertThat(done).extracting(ProcessSupervisor.Put::run).containsOnly(done.getFirst().run());
      assertThatExceptionOfType(SupervisorException.Conflict.class)
          .isThrownBy(() -> house.supervisor.put("mine", RunSpec.of(List.of("true"))));
    }
  }

  @Test
  void nothingStartsOnceTheAdmissionIsClosed() {
    try (Supervised house = new Supervised()) {
      house.supervisor.closeAdmission();

      assertThatExceptionOfType(SupervisorException.Draining.class)
          .isThrownBy(() -> house.start("true"));
    }
  }
}
