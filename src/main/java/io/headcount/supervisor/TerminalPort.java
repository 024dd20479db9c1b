package io.headcount.supervisor;

import io.headcount.child.Child;
import io.headcount.child.ChildSpec.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The terminal of a run, if it has one. */
public final class TerminalPort {
  private static final int MOST = 1000;

  private final Run run;
  private volatile @Nullable Terminal terminal;

  TerminalPort(Run run, @Nullable Terminal terminal) {
    this.run = run;
    this.terminal = terminal;
  }

  /** The terminal with the size that it has now; null when the run has none. */
  public @Nullable Terminal current() {
    return terminal;
  }

  /**
   * Sets the size; what runs in the foreground gets {@code SIGWINCH}.
   *
   * @param columns 1 to 1000
   * @param rows 1 to 1000
   * @return completes when it is done; fails with {@link SupervisorException.NotRunning} when there
   *     is nothing (any more) whose terminal it could be
   * @throws SupervisorException.NotATerminal if the run has none
   * @throws SupervisorException.Invalid if the size is out of range
   */
  public CompletableFuture<Void> resize(long columns, long rows) {
    Terminal before = terminal;
    if (before == null) {
      throw new SupervisorException.NotATerminal(run.id());
    }
    List<Violation> violations = new ArrayList<>();
    checkSize("", columns, rows, violations);
    if (!violations.isEmpty()) {
      throw new SupervisorException.Invalid(violations);
    }
    Terminal after = new Terminal((int) columns, (int) rows, before.term());
    return run.ask(child -> {
      apply(child, after);
      return CompletableFuture.completedFuture(null);
    });
  }

  private void apply(@Nullable Child child, Terminal wanted) {
    if (child == null || !child.resize(wanted.columns(), wanted.rows())) {
      throw new SupervisorException.NotRunning(run.id(), run.state());
    }
    terminal = wanted;
  }

  static void checkSize(String pointer, long columns, long rows, List<Violation> found) {
    checkSize(pointer + "/columns", columns, found);
    checkSize(pointer + "/rows", rows, found);
  }

  private static void checkSize(String pointer, long value, List<Violation> found) {
    if (value < 1 || value > MOST) {
      found.add(new Violation(pointer, "expected 1 to " + MOST + ", got " + value));
    }
  }
}
