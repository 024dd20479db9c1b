package io.headcount.child.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.EscapeePolicy;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may be signalled: never ourselves, never init, never whoever has a used pid now. */
class IdentityTests {
  private static final int SIGTERM = 15;

  private final Descriptors descriptors = new Descriptors();
  private Platform platform;
  private LinuxMachine machine;
  private Process stranger;

  @BeforeEach
  void prepare() throws Exception {
    platform = Platform.prepare();
    Forest forest = new Forest();
    Adoptees adoptees = new Adoptees(platform.pid(), platform.session(), forest, descriptors);
    machine =
        new LinuxMachine(
            platform,
            descriptors,
            forest,
            adoptees,
            new ProcTable(platform.pid(), platform.session(), forest, adoptees),
            new Escapees(EscapeePolicy.KILL, platform, forest, new Marks()));
    stranger = new ProcessBuilder("setsid", "sleep", "1000").start();
    int pid = (int) stranger.pid();
    org.awaitility.Awaitility.await()
        .until(() -> Proc.local().stat(pid) != null && Proc.local().stat(pid).session() == pid);
  }

  @AfterEach
  void end() {
    stranger.destroyForcibly();
    machine.adoptees().close();
  }

  private LinuxTree treeOf(int leader) {
    LinuxTree tree =
        new LinuxTree(
            new Tree(leader, "cookie", Marks.NONE, null),
            false,
            new EventLoop("test", descriptors),
            machine);
    tree.leaderExited();
    tree.leaderReaped();
    return tree;
  }

  private static ProcEntry changed(ProcEntry entry, long startTicks) {
    return new ProcEntry(
        entry.pid(),
        startTicks,
        entry.ppid(),
        entry.pgrp(),
        entry.session(),
        entry.state(),
        entry.cpuTicks(),
        entry.rssPages());
  }

  @Test
  void strangerWithAReusedPidIsNeverSignalled() {
    ProcEntry now = Proc.local().stat((int) stranger.pid());
    Random random = new Random(42);
    LinuxTree tree = treeOf(1 << 22);

    for (int i = 0; i < 200; i++) {
      long other =
          now.startTicks() + (random.nextBoolean() ? 1L : -1L) * (1 + random.nextInt(1000));
      assertThat(tree.deliver(List.of(changed(now, other)), SIGTERM)).isFalse();
    }

    assertThat(stranger.isAlive()).isTrue();
    assertThat(tree.deliver(List.of(now), SIGTERM)).as("the same process").isTrue();
  }

  @Test
  void groupOfAReapedLeaderIsNeverSignalledAsAWhole() {
    LinuxTree tree = treeOf((int) stranger.pid());

    assertThat(tree.toGroup(SIGTERM)).isFalse();
    assertThat(tree.deliver(List.of(), SIGTERM)).isFalse();

    assertThat(stranger.isAlive()).isTrue();
  }

  @Test
  void processThatEndedIsNotSignalled() throws Exception {
    ProcEntry entry = Proc.local().stat((int) stranger.pid());
    stranger.destroyForcibly().waitFor();

    assertThat(treeOf(1 << 22).deliver(List.of(entry), SIGTERM)).isFalse();
  }

  /** A number that passed for the one that a look saw would hide whoever has it now. */
  @Test
  void lookIsBelievedOfNobodyWhoseNumberIsAnothersByNow() throws Exception {
    Tree tree = new Tree(1 << 22, "cookie", Marks.NONE, null);
    ProcEntry now = Proc.local().stat((int) stranger.pid());
    Adoptees adoptees = machine.adoptees();

    adoptees.attribute(changed(now, now.startTicks() - 1), tree);
    assertThat(adoptees.noneOf(tree)).as("another process").isTrue();

    adoptees.attribute(now, tree);
    assertThat(adoptees.noneOf(tree)).as("the same process").isFalse();

    stranger.destroyForcibly().waitFor();
    Tree other = new Tree((1 << 22) - 1, "other", Marks.NONE, null);
    adoptees.attribute(now, other);
    assertThat(adoptees.noneOf(other)).as("nobody any more").isTrue();
  }

  @Test
  void ownProcessGroupSessionAndInitAreNeverSignalled() {
    Random random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      Platform some =
          new Platform(
              Map.of(), 2 + random.nextInt(50), 2 + random.nextInt(50), 2 + random.nextInt(50));
      int target = random.nextInt(60) - 5;
      boolean ours = target == some.pid() || target == some.session() || target == some.group();
      assertThat(some.maySignal(target)).isEqualTo(target > 1 && !ours);
    }
    assertThat(platform.maySignal(platform.pid())).isFalse();
    assertThat(platform.maySignal(platform.group())).isFalse();
    assertThat(platform.maySignal(platform.session())).isFalse();
  }

  @Test
  void processNameMayHoldAnything() throws Exception {
    Process odd =
        new ProcessBuilder("bash", "-c", "printf ') R 1 (' > /proc/self/comm; exec -a x cat")
            .start();
    try {
      ProcEntry entry = Proc.local().stat((int) odd.pid());
      assertThat(entry.ppid()).isEqualTo(platform.pid());
      assertThat(entry.isZombie()).isFalse();
    } finally {
      odd.destroyForcibly();
    }
  }
}
