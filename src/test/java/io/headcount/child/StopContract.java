package io.headcount.child;

import static io.headcount.child.AdapterException.EXIT_CODE_ABOVE_128;
import static io.headcount.child.AdapterException.PROCESS_DETAILS;
import static io.headcount.child.AdapterException.SESSIONS;
import static io.headcount.child.AdapterException.SIGNALS_OTHER_THAN_TERM_AND_KILL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.headcount.child.Child.Target;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A stop ends the whole tree, politely first; a signal does not end the run. */
interface StopContract extends Contract {
  Duration LONG = Duration.ofSeconds(60);
  Duration SHORT = Duration.ofMillis(150);

  /** Ignores SIGTERM and says when it does. */
  String STUBBORN = "trap '' TERM; echo ready; while :; do sleep 60; done";

  @Test
  default void stopEndsAChildThatObeys() {
    TestRun run = bench().start(Command.of("sleep", "60"));
    run.stop(Command.term(LONG));

    assertThat(run.end()).isEqualTo(new ChildEnd(false, List.of(), false, false));
    assertThat(run.exit().code()).isNull();
    assertThat(run.exit().signal())
        .isEqualTo(bench().excepts(EXIT_CODE_ABOVE_128) ? null : "SIGTERM");
  }

  @Test
  default void stopLetsAChildTidyUpWithinTheGrace() {
    TestRun run =
        bench()
            .start(
                Command.sh(
                    "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.02; done"));
    run.awaitOut("ready");
    run.stop(Command.term(LONG));

    assertThat(run.end().escalated()).isFalse();
    assertThat(run.exit().code()).isEqualTo(3);
    assertThat(run.out()).isEqualTo("ready\nbye\n");
  }

  @Test
  default void stopEscalatesWhenTheChildIgnoresTheSignal() {
    TestRun run = bench().start(Command.sh(STUBBORN));
    run.awaitOut("ready");
    run.stop(Command.term(SHORT));

    assertThat(run.end()).isEqualTo(new ChildEnd(true, List.of(), false, false));
  }

  @Test
  default void stopDoesNotEscalateWhenItBeginsWithSigkill() {
    TestRun run = bench().start(Command.sh(STUBBORN));
    run.awaitOut("ready");
    run.stop(new StopOrder(Signal.SIGKILL, LONG.toNanos()));

    assertThat(run.end()).isEqualTo(new ChildEnd(false, List.of(), false, false));
  }

  @Test
  default void secondStopDoesNotExtendTheGrace() {
    TestRun run = bench().start(Command.sh(STUBBORN));
    run.awaitOut("ready");
    run.stop(Command.term(SHORT));
    run.stop(Command.term(LONG));

    assertThat(run.end().escalated()).isTrue();
  }

  @Test
  default void secondStopShortensTheGrace() {
    TestRun run = bench().start(Command.sh(STUBBORN));
    run.awaitOut("ready");
    run.stop(Command.term(LONG));
    run.stop(Command.term(SHORT));

    assertThat(run.end().escalated()).isTrue();
  }

  @Test
  default void stopEndsTheWholeTree() {
    TestRun run =
        bench().start(Command.sh("sleep 61 & echo $!; (sleep 62 & echo $!; wait) & wait"));
    List<ProcessHandle> processes = run.awaitPids(2);
    run.stop(Command.term(LONG));

    assertThat(run.end().survivors()).isEmpty();
    assertThat(processes).hasSize(2).allMatch(Bench::isDead);
  }

  @Test
  default void stopEndsAChildThatIsStopped() {
    TestRun run = bench().start(Command.sh("echo ready; kill -STOP $$; sleep 60"));
    run.awaitOut("ready");
    run.stop(Command.term(SHORT));

    assertThat(run.end().survivors()).isEmpty();
  }

  @Test
  default void stopEndsAChildThatHasJustStarted() {
    for (int i = 0; i < 10; i++) {
      // Short, for the jdk adapter may miss what is forked between its look and its signal.
      TestRun run = bench().start(Command.sh("sleep 3 & sleep 3"));
      run.stop(Command.kill());
      assertThat(run.end().survivors()).isEmpty();
      assertThat(run.exit().code()).isNull();
    }
  }

  @Test
  default void stopChangesNothingWhenTheRunHasEnded() {
    TestRun run = bench().run(Command.of("true"));
    run.stop(Command.term(SHORT));
    run.stop(Command.kill());

    assertThat(run.ask(Child::processes)).succeedsWithin(5, TimeUnit.SECONDS);
    assertThat(run.wrong()).isEmpty();
  }

  @Test
  default void stopBeginsWithTheSignalAskedFor() {
    TestRun run =
        bench()
            .start(
                Command.sh(
                    "trap 'echo int; exit 0' INT; trap 'echo term; exit 0' TERM; echo ready;"
                        + " while :; do sleep 0.02; done"));
    run.awaitOut("ready");
    run.stop(new StopOrder(Signal.SIGINT, LONG.toNanos()));

    run.end();
    assertThat(run.out())
        .isEqualTo(
            bench().excepts(SIGNALS_OTHER_THAN_TERM_AND_KILL) ? "ready\nterm\n" : "ready\nint\n");
  }

  @Test
  default void signalReachesTheLeaderAndTheRunGoesOn() {
    TestRun run =
        bench()
            .start(Command.sh("trap 'echo term' TERM; echo ready; while :; do sleep 0.02; done"));
    run.awaitOut("ready");

    assertThat(run.signal(Signal.SIGTERM, Target.LEADER)).isTrue();
    run.awaitOut("term");
    assertThat(run.hasExited()).isFalse();
  }

  @Test
  default void signalReachesTheTree() {
    TestRun run = bench().start(Command.sh("trap '' TERM; sleep 60 & sleep 61 & echo ready; wait"));
    run.awaitOut("ready");

    assertThat(run.signal(Signal.SIGKILL, Target.TREE)).isTrue();
    assertThat(run.end().survivors()).isEmpty();
  }

  @Test
  default void signalIsNotDeliveredWhenTheRunHasEnded() {
    TestRun run = bench().run(Command.of("true"));

    assertThat(run.signal(Signal.SIGTERM, Target.LEADER)).isFalse();
    assertThat(run.signal(Signal.SIGTERM, Target.TREE)).isFalse();
  }

  @Test
  default void signalsOtherThanTermAndKillReachTheGroup() {
    TestRun run =
        bench()
            .start(Command.sh("trap 'echo usr1' USR1; echo ready; while :; do sleep 0.02; done"));
    run.awaitOut("ready");

    if (bench().excepts(SIGNALS_OTHER_THAN_TERM_AND_KILL)) {
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> run.signal(Signal.SIGUSR1, Target.LEADER))
          .withMessageContaining("SIGUSR1");
    } else {
      assertThat(run.signal(Signal.SIGUSR1, Target.LEADER)).isTrue();
      run.awaitOut("usr1");
    }
    if (bench().excepts(SESSIONS)) {
      assertThatExceptionOfType(UnsupportedOperationException.class)
          .isThrownBy(() -> run.signal(Signal.SIGTERM, Target.GROUP))
          .withMessageContaining("group");
    } else {
      assertThat(run.signal(Signal.SIGKILL, Target.GROUP)).isTrue();
      run.end();
    }
  }

  @Test
  default void processesListTheLeaderFirst() {
    TestRun run = bench().start(Command.sh("sleep 61 & echo $!; wait"));
    long grandchild = run.awaitPids(1).getFirst().pid();

    Bench.await().untilAsserted(() -> expectSleep(run, grandchild));
  }

  private void expectSleep(TestRun run, long pid) {
    List<ProcessInfo> processes = run.processes();
    assertThat(processes).extracting(ProcessInfo::pid).containsExactly(run.child().pid(), pid);
    ProcessInfo sleep = processes.getLast();
    assertThat(sleep.ppid()).isEqualTo(run.child().pid());
    assertThat(sleep.command()).contains("sleep 61");
    assertThat(sleep.startTime()).isNotNull();
    assertThat(sleep.escaped()).isFalse();
    if (bench().excepts(PROCESS_DETAILS)) {
      assertThat(sleep.state()).isNull();
      assertThat(sleep.rssBytes()).isNull();
      assertThat(sleep.fds()).isNull();
    } else {
      assertThat(sleep.state()).isEqualTo("S");
      assertThat(sleep.rssBytes()).isPositive();
      assertThat(sleep.fds()).isEqualTo(3);
    }
  }
}
