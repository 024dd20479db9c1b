package io.headcount.child.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.child.Leftover;
import io.headcount.child.Sweep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whom a sweep ends, of every combination of what may be known of a process. */
class SweeperTests {
  private static final MarkRange DEAD = new MarkRange(1L << 50, (1L << 50) + 999);
  private static final MarkRange OTHER_DEAD = new MarkRange(1L << 51, (1L << 51) + 999);
  private static final Map<String, MarkRange> BOOTS = Map.of("dead", DEAD, "dead2", OTHER_DEAD);

  private final Platform platform = Platform.prepare();
  private final Map<Process, Traits> all = new LinkedHashMap<>();

  /** What a process has. */
  private record Traits(String cookie, long mark, boolean otherUser) {
    boolean isLeft() {
      return !otherUser && (DEAD.contains(mark) || OTHER_DEAD.contains(mark));
    }

    boolean isUnproven() {
      return !otherUser && !isLeft() && (cookie.startsWith("dead.") || cookie.startsWith("dead2."));
    }

    /** The cookie counts only beside a mark of its own boot. */
    String boot() {
      return DEAD.contains(mark) ? "dead" : "dead2";
    }
  }

  @AfterEach
  void end() {
    all.keySet().forEach(Process::destroyForcibly);
  }

  private Process start(Traits traits) throws Exception {
    List<String> command = new ArrayList<>(List.of("prlimit", "--locks=" + traits.mark()));
    command.addAll(List.of("env", "-i"));
    if (!traits.cookie().isEmpty()) {
      command.add("HEADCOUNT_RUN=" + traits.cookie());
    }
    command.add("PATH=/usr/bin:/bin");
    if (traits.otherUser()) {
      command.addAll(List.of("setpriv", "--reuid=12345", "--clear-groups"));
    }
    command.addAll(List.of("sleep", "1000"));
    Process process = new ProcessBuilder(command).start();
    all.put(process, traits);
    return process;
  }

  /** By their pids, so that nothing else on this machine matters. */
  private Set<Long> pids(List<Leftover> some) {
    Set<Long> ours = all.keySet().stream().map(Process::pid).collect(Collectors.toSet());
    return some.stream()
        .map(each -> each.process().pid())
        .filter(ours::contains)
        .collect(Collectors.toSet());
  }

  private Set<Long> pidsOf(java.util.function.Predicate<Traits> which) {
    return all.entrySet().stream()
        .filter(each -> which.test(each.getValue()))
        .map(each -> each.getKey().pid())
        .collect(Collectors.toSet());
  }

  @Test
  void onlyWhoHasAMarkOfADeadBootAndIsOurUsersIsEndedAsRoot() throws Exception {
    Random random = new Random(4);
    List<String> cookies =
        List.of(
            "", "dead.run", "dead2.run", "live.run", "dead", "deader.run", "xdead.run", "dead.");
    long[] marks = {
      0,
      1,
      DEAD.first() - 1,
      DEAD.first(),
      DEAD.first() + 500,
      DEAD.last(),
      DEAD.last() + 1,
      OTHER_DEAD.first() - 1,
      OTHER_DEAD.first(),
      OTHER_DEAD.last() + 1,
      1L << 52
    };
    for (String cookie : cookies) {
      for (long mark : marks) {
        if (random.nextInt(3) > 0) {
          start(new Traits(cookie, mark, random.nextInt(5) == 0));
        }
      }
    }
    await().until(() -> all.keySet().stream().allMatch(SweeperTests::sleeps));

    Sweep looked = new Sweeper(platform, BOOTS, List.of()).sweep(false);

    assertThat(all.keySet()).allMatch(Process::isAlive);
    assertThat(pids(looked.found())).isEqualTo(pidsOf(Traits::isLeft));
    assertThat(pids(looked.left())).isEqualTo(pidsOf(Traits::isLeft));
    assertThat(pids(looked.unproven())).isEqualTo(pidsOf(Traits::isUnproven));
    Map<Long, Traits> traits =
        all.entrySet().stream()
            .collect(Collectors.toMap(each -> each.getKey().pid(), Map.Entry::getValue));
    assertThat(looked.found())
        .filteredOn(each -> traits.containsKey(each.process().pid()))
        .allMatch(each -> each.boot().equals(traits.get(each.process().pid()).boot()));

    Sweep swept = new Sweeper(platform, BOOTS, List.of()).sweep(true);

    assertThat(pids(swept.found())).isEqualTo(pidsOf(Traits::isLeft));
    assertThat(pids(swept.left())).isEmpty();
    await()
        .untilAsserted(() ->
            assertThat(all)
                .allSatisfy((process, its) ->
                    assertThat(process.isAlive()).as(its.toString()).isEqualTo(!its.isLeft())));
  }

  private static boolean sleeps(Process process) {
    return process.info().command().orElse("").endsWith("sleep");
  }

  @Test
  void whoHasClearedItsEnvironmentIsOfTheRunWhoseMarkItHas() throws Exception {
    Process known = start(new Traits("dead.one", DEAD.first() + 1, false));
    Process bare = start(new Traits("", DEAD.first() + 1, false));
    Process nobodys = start(new Traits("", DEAD.first() + 2, false));
    // An exact cookie of one boot beside the mark of another belongs to the mark's.
    Process liar = start(new Traits("dead2.other", DEAD.first() + 3, false));
    await().until(() -> all.keySet().stream().allMatch(SweeperTests::sleeps));

    Sweep looked = new Sweeper(platform, BOOTS, List.of()).sweep(false);

    Map<Long, String> runs = new LinkedHashMap<>();
    looked.found().forEach(each -> runs.put(each.process().pid(), each.boot() + " " + each.run()));
    assertThat(runs)
        .containsEntry(known.pid(), "dead one")
        .containsEntry(bare.pid(), "dead one")
        .containsEntry(nobodys.pid(), "dead null")
        .containsEntry(liar.pid(), "dead null");
  }

  @Test
  void bootWithoutMarksIsSweptOfNobody() throws Exception {
    Process process = start(new Traits("dead.run", 0, false));
    await().until(() -> sleeps(process));

    Sweep swept = new Sweeper(platform, Map.of("dead", MarkRange.parse("")), List.of()).sweep(true);

    assertThat(process.isAlive()).isTrue();
    assertThat(swept.found()).isEmpty();
    assertThat(pids(swept.unproven())).containsExactly(process.pid());
  }

  @Test
  void rangeIsReadAsItWasWrittenAndNothingElseIsOne() {
    Random random = new Random(11);
    for (int i = 0; i < 1_000; i++) {
      long first = random.nextLong(1, Long.MAX_VALUE - (1L << 40));
      MarkRange range = new MarkRange(first, first + random.nextLong(1L << 40));
      assertThat(MarkRange.parse(range.text())).isEqualTo(range);
      assertThat(range.contains(range.first())).isTrue();
      assertThat(range.contains(range.last())).isTrue();
      assertThat(range.contains(range.first() - 1)).isFalse();
      assertThat(range.contains(range.last() + 1)).isFalse();
      assertThat(range.contains(Marks.NONE)).isFalse();
    }
    for (String text : List.of("", "1", "-1-2", "1-", "1-99999999999999999999", "a-b", "1-2-3")) {
      assertThat(MarkRange.parse(text)).as(text).isEqualTo(MarkRange.NONE);
    }
    assertThat(MarkRange.NONE.contains(0)).isFalse();
    assertThat(MarkRange.NONE.text()).isEmpty();
  }
}
