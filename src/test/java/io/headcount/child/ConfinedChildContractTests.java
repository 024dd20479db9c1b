package io.headcount.child;

import io.headcount.child.ChildSpec.Confinement;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.ChildSpec.Sandbox;
import org.junit.jupiter.api.Timeout;

/**
 * A command that is confined keeps every promise of one that is not: the same tests, with programs
 * before the command that execute it in their place.
 */
@Timeout(30)
class ConfinedChildContractTests extends OnLinux
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

  @Override
  Command started(Command command) {
    return command.confinedUnlessAsked(
        LIMITS, new Confinement(true, Signal.SIGKILL, null, new Sandbox(false, folder)));
  }
}
