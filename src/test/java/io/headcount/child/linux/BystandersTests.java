package io.headcount.child.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.ChildSpec.Sandbox;
import io.headcount.child.EscapeePolicy;
import io.headcount.child.linux.libc.Spawn;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Who is taken for an escapee or for a run's: nobody that the service started for itself, nobody at
 * first sight, nobody for the number of a leader that is gone.
 */
@Timeout(60)
class BystandersTests {
  private static final int SANDBOXES = 150;

  private final Descriptors descriptors = new Descriptors();
  private final Forest forest = new Forest();
  private Platform platform;
  private Adoptees adoptees;
  private ProcTable table;

  @BeforeEach
  void prepare() {
    platform = Platform.prepare();
    adoptees = new Adoptees(platform.pid(), platform.session(), forest, descriptors);
    table = new ProcTable(platform.pid(), platform.session(), forest, adoptees);
    table.start();
  }

  @AfterEach
  void end() {
    table.close();
    adoptees.close();
  }

  private Snapshot look() throws Exception {
    CompletableFuture<Snapshot> seen = new CompletableFuture<>();
    table.look(
        seen::complete, () -> seen.completeExceptionally(new AssertionError("the look failed")));
    return seen.get(10, TimeUnit.SECONDS);
  }

  /** Starts sandboxes as a spawner does, on a thread whose children come out of runs. */
  private void buildSandboxes() {
    adoptees.addSpawner();
    Spawn spawn = new Spawn();
    try {
      String program = Executables.find("bwrap", System.getenv("PATH"), Path.of("/"));
      for (int i = 0; i < SANDBOXES; i++) {
        SandboxHolder.build(spawn, forest, program, new Sandbox(false, null), Path.of("/"), null)
            .close();
      }
    } catch (SandboxHolder.Failed e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void sandboxThatIsBeingBuiltIsNoEscapee() throws Exception {
    CompletableFuture<Void> built = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(() -> {
          try {
            buildSandboxes();
            built.complete(null);
          } catch (RuntimeException | Error e) {
            built.completeExceptionally(e);
          }
        });

    while (!built.isDone()) {
      assertThat(look().escapees()).isEmpty();
    }
    built.get();
  }

  @Test
  void whoIsSeenAtOneLookOnlyIsNotEndedThoughTwoAskedForIt() throws Exception {
    Process process = new ProcessBuilder("setsid", "sleep", "1000").start();
    try {
      Escapees escapees = new Escapees(EscapeePolicy.KILL, platform, forest, new Marks());
      ProcEntry entry = Proc.local().stat((int) process.pid());
      Snapshot first = snapshot(1, entry);
      escapees.judge(first);
      escapees.judge(first);

      assertThat(escapees.ended()).isZero();

      escapees.judge(snapshot(2, entry));
      assertThat(escapees.ended()).isOne();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  /** The number of a leader that was reaped is soon another's, and so is that of its session. */
  @Test
  void sessionThatHasTheNumberOfAKeptRunsLeaderIsNotTakenForItsOwn() throws Exception {
    Process process = new ProcessBuilder("setsid", "sleep", "1000").start();
    int pid = (int) process.pid();
    try {
      Awaitility.await()
          .until(() -> Proc.local().stat(pid) != null && Proc.local().stat(pid).session() == pid);
      Tree kept = new Tree(pid, "kept", Marks.NONE, null);
      forest.add(kept);
      forest.loseLeader(kept);

      assertThat(look().of(kept)).isEmpty();
      assertThat(forest.contains(kept)).as("what it kept is still its own").isTrue();

      Tree next = new Tree(pid, "next", Marks.NONE, null);
      forest.add(next);
      assertThat(look().of(next)).extracting(ProcEntry::pid).containsExactly(pid);
      assertThat(forest.contains(kept)).as("though another leads by its number").isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static Snapshot snapshot(long number, ProcEntry escapee) {
    return new Snapshot(number, Map.of(), List.of(escapee), List.of(escapee), Long.MAX_VALUE, 1, 0);
  }
}
