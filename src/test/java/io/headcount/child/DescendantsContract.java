package io.headcount.child;

import static io.headcount.child.AdapterException.ORPHANS_AFTER_LEADER_EXIT;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What outlives the leader is ended or kept, as asked; it never keeps the run running. */
interface DescendantsContract extends Contract {

  @Test
  default void backgroundProcessIsEndedWhenTheLeaderExits() {
    TestRun run = bench().run(Command.sh("sleep 60 & echo $!; sleep 0.3"));

    assertThat(run.exit().code()).isZero();
    assertThat(run.end()).isEqualTo(new ChildEnd(false, java.util.List.of(), false, false));
    assertThat(run.awaitPids(0)).allMatch(Bench::isDead);
  }

  @Test
  default void backgroundProcessThatIgnoresTheSignalIsEndedWhenTheLeaderExits() {
    Command command =
        Command.sh(
            "f=$(mktemp -u); mkfifo $f; (trap '' TERM; echo >$f; while :; do sleep 60; done) &"
                + " echo $!; read ignoring <$f; rm $f; sleep 0.3");
    TestRun run =
        bench()
            .run(
                new Command(
                    command.argv(),
                    command.cwd(),
                    command.env(),
                    command.stdin(),
                    command.descendants(),
                    Command.term(StopContract.SHORT),
                    command.limits(),
                    null,
                    command.confinement(),
                    command.outputFile()));

    assertThat(run.end().escalated()).isTrue();
    assertThat(run.end().survivors()).isEmpty();
    assertThat(run.awaitPids(0)).allMatch(Bench::isDead);
  }

  @Test
  default void runEndsWhenTheLeaderExitsAtOnceAndABackgroundProcessHoldsThePipe() {
    TestRun run = bench().run(Command.sh("sleep 60 & echo $!"));

    ProcessHandle background =
        ProcessHandle.of(Long.parseLong(run.out().strip())).map(bench()::stray).orElse(null);
    assertThat(run.exit().code()).isZero();
    assertThat(run.end().survivors()).isEmpty();
    if (!bench().excepts(ORPHANS_AFTER_LEADER_EXIT)) {
      assertThat(run.end().outputTruncated()).isFalse();
      assertThat(background == null || Bench.isDead(background)).isTrue();
    }
  }

  @Test
  default void backgroundProcessIsKeptWhenAskedForUntilItIsStopped() {
    TestRun run = bench().run(Command.sh("sleep 60 & echo $!; sleep 0.3").keeping());

    ProcessHandle background = run.awaitPids(1).getFirst();
    assertThat(run.end().kept()).isTrue();
    assertThat(run.end().outputTruncated()).isTrue();
    assertThat(Bench.isDead(background)).isFalse();
    assertThat(run.processes()).extracting(ProcessInfo::pid).containsExactly(background.pid());
    assertThat(bench().openPipes()).isZero();

    run.stop(Command.term(StopContract.LONG));
    assertThat(run.keptEnd().survivors()).isEmpty();
    assertThat(run.keptEnd().kept()).isFalse();
    assertThat(Bench.isDead(background)).isTrue();
  }

  @Test
  default void keptProcessIsReportedWhenItEndsByItself() {
    TestRun run = bench().run(Command.sh("sleep 1 >/dev/null 2>&1 & echo $!; sleep 0.2").keeping());

    assertThat(run.end().kept()).isTrue();
    assertThat(run.end().outputTruncated()).isFalse();
    assertThat(run.keptEnd().escalated()).isFalse();
  }

  @Test
  default void nothingIsKeptWhenTheLeaderWasAlone() {
    TestRun run = bench().run(Command.of("true").keeping());

    assertThat(run.end().kept()).isFalse();
  }

  @Test
  default void nothingIsKeptWhenTheRunIsStopped() {
    TestRun run = bench().start(Command.sh("sleep 60 & echo $!; wait").keeping());
    ProcessHandle background = run.awaitPids(1).getFirst();
    run.stop(Command.term(StopContract.LONG));

    assertThat(run.end().kept()).isFalse();
    assertThat(Bench.isDead(background)).isTrue();
  }

  @Test
  default void censusCountsWhatIsAlive() {
    TestRun run = bench().start(Command.sh("sleep 60 & echo $!; wait"));
    long background = run.awaitPids(1).getFirst().pid();

    Bench.await()
        .untilAsserted(() -> {
          Census census = TestRun.get(bench().adapter.census());
          assertThat(census.live()).isGreaterThanOrEqualTo(2);
          assertThat(census.remaining())
              .extracting(ProcessInfo::pid)
              .contains(run.child().pid(), background);
        });
  }
}
