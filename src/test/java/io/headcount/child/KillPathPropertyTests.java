package io.headcount.child;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.KillPath.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever processes do and however often a stop is repeated, the kill path keeps its promises. */
class KillPathPropertyTests {
  private static final long MILLIS = 1_000_000L;

  @Property(tries = 500)
  void deadlineIsTheEarliestThatAnyStopAskedFor(
      @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 3000) Integer> graces,
      @ForAll @IntRange(min = 0, max = 400) int apart,
      @ForAll @IntRange(min = 0, max = 20) int lookMillis) {
    ManualOwner owner = new ManualOwner();
    List<Report> reports = new ArrayList<>();
    FakeTree tree = new FakeTree(owner, lookMillis * MILLIS, "leader").stubborn();
    KillPath<String> path = path(owner, tree, reports);

    long earliest = Long.MAX_VALUE;
    for (int grace : graces) {
      // The grace runs from the first signal, which is sent when the first look is answered.
      long from = Math.max(owner.elapsedNanos() / MILLIS, lookMillis);
      earliest = Math.min(earliest, from + grace);
      path.stop(new StopOrder(Signal.SIGTERM, grace * MILLIS));
      owner.pass(apart * MILLIS);
    }
    owner.pass(10_000 * MILLIS);

    List<String> kills = tree.sent.stream().filter(line -> line.contains("SIGKILL")).toList();
    String kill = kills.getFirst();
    long first = Long.parseLong(kill.substring(0, kill.indexOf(' ')));
    assertThat(first).isBetween(earliest, earliest + 2L * lookMillis + 1);
    assertThat(reports).containsExactly(new Report(true, List.of()));
  }

  @Property(tries = 500)
  void pathEndsOnceAndTellsTheTruthWhateverProcessesDo(
      @ForAll long seed,
      @ForAll @IntRange(min = 0, max = 5) int processes,
      @ForAll @IntRange(min = 0, max = 30) int lookMillis,
      @ForAll @IntRange(min = 0, max = 500) int grace) {
    ManualOwner owner = new ManualOwner();
    Random random = new Random(seed);
    List<Report> reports = new ArrayList<>();
    FakeTree tree = new FakeTree(owner, lookMillis * MILLIS);
    for (int i = 0; i < processes; i++) {
      tree.appears((random.nextInt(4) == 0 ? "undead" : "mortal") + i);
    }
    tree.on((process, signal) -> react(tree, random, process, signal));
    KillPath<String> path = path(owner, tree, reports);
    if (random.nextBoolean()) {
      path.confirmEmpty();
    }
    path.stop(new StopOrder(Signal.SIGTERM, grace * MILLIS));
    for (int i = 0; i < 30 && !path.isDone(); i++) {
      owner.pass(random.nextInt(400) * MILLIS);
      if (random.nextInt(3) == 0) {
        path.stop(new StopOrder(Signal.SIGTERM, random.nextInt(60_000) * MILLIS));
      }
      path.lookSoon();
    }
    owner.pass(20_000 * MILLIS);

    assertThat(path.isDone()).isTrue();
    assertThat(reports).hasSize(1);
    assertThat(owner.timers()).isZero();
    assertThat(reports.getFirst().survivors())
        .extracting(ProcessInfo::command)
        .containsExactlyInAnyOrderElementsOf(tree.alive());
  }

  /** The undead never die; the others obey, ignore, or fork and die, and do not outlive SIGKILL. */
  private static void react(FakeTree tree, Random random, String process, Signal signal) {
    if (process.startsWith("undead")) {
      return;
    }
    if (random.nextInt(5) == 0 && tree.sent.size() < 40) {
      tree.appears("mortal-" + random.nextInt(1000));
    }
    if (signal == Signal.SIGKILL || random.nextBoolean()) {
      tree.dies(process);
    }
  }

  private static KillPath<String> path(ManualOwner owner, FakeTree tree, List<Report> reports) {
    StopOrder order = new StopOrder(Signal.SIGTERM, 5000 * MILLIS);
    return new KillPath<>(owner, tree, order, reports::add, owner::nanoTime);
  }
}
