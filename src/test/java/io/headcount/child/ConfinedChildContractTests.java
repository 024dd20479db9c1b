package io.headcount.child;

import io.headcount.child.ChildSpec.Confinement;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.ChildSpec.Sandbox;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A command that is confined keeps every promise of one that is not: the same tests, with programs
 * before the command that execute it in their place.
 */
@Timeout(30)
class ConfinedChildContractTests
    implements ExitContract,
        OutputContract,
        OutputFileContract,
        CommandContract,
        StdinContract,
        StopContract,
        DescendantsContract,
        StartFailureContract,
        TerminalContract {
  private static final Limits LIMITS = new Limits(null, 600L, 200L, null, 1L << 30, null, 0L);

  private static ChildAdapter adapter;

  @TempDir Path folder;
  private Bench bench;

  @BeforeAll
  static void open() {
    adapter = AdapterKind.LINUX.create();
  }

  @AfterAll
  static void close() {
    adapter.close();
  }

  @BeforeEach
  void begin() {
    Confinement confinement =
        new Confinement(true, Signal.SIGKILL, null, new Sandbox(false, folder));
    bench =
        new Bench(
            AdapterKind.LINUX,
            adapter,
            folder,
            command -> command.confinedUnlessAsked(LIMITS, confinement));
  }

  @AfterEach
  void end() {
    bench.close();
  }

  @Override
  public Bench bench() {
    return bench;
  }
}
