package io.headcount.child;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A command that runs. Owner thread only; the futures complete on it. */
public interface Child {

  /** The leader's process id, null where a child has none. */
  @Nullable Long pid();

  /**
   * Takes the one kill path: the signal to the whole tree, the grace, SIGKILL, and looks until
   * nothing is left or nothing can be done. Again: never later than before, a shorter grace
   * shortens. The outcome is {@link ChildListener#ended}.
   */
  void stop(StopOrder order);

  /**
   * Sends a signal without ending the run.
   *
   * @return whether at least one process got it
   * @throws UnsupportedOperationException if the platform has no such signal or target
   */
  CompletableFuture<Boolean> signal(Signal signal, Target target);

  /**
   * Writes to standard input what fits within the time that the adapter allows a full pipe. To a
   * terminal it is typed, the end-of-file too, after which a terminal takes more.
   *
   * @param bytes what to write; not touched by the caller until the future completes
   * @param eof whether to close after them, if all were accepted
   */
  CompletableFuture<StdinResult> writeStdin(ByteBuffer bytes, boolean eof);

  /** Whether standard input takes more. */
  boolean stdinOpen();

  /**
   * Sets the size of the terminal; its foreground process group gets {@code SIGWINCH}.
   *
   * @return false when the child has no terminal (any more)
   */
  default boolean resize(int columns, int rows) {
    return false;
  }

  /** The live processes of the tree, the leader first. */
  CompletableFuture<List<ProcessInfo>> processes();

  /** Whom a signal goes to. */
  enum Target {
    LEADER,
    GROUP,
    TREE
  }

  /**
   * What became of a write.
   *
   * @param accepted bytes that were taken, from the first on
   * @param open whether standard input takes more
   */
  record StdinResult(int accepted, boolean open) {}
}
