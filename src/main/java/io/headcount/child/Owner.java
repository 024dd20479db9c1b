package io.headcount.child;

import java.util.concurrent.Executor;

/**
 * The one thread that a run belongs to. Everything about a run happens on it, so a run needs no
 * locks; others hand it tasks.
 */
public interface Owner extends Executor {

  /** Runs {@code task} on the owner thread, after the tasks handed in before. Never blocks. */
  @Override
  void execute(Runnable task);

  /**
   * Runs {@code task} on the owner thread once {@code delayNanos} have passed (at once when 0 or
   * less). Owner thread only.
   */
  Timer schedule(long delayNanos, Runnable task);

  /** A task that waits for its time. */
  interface Timer {
    /** Takes the task back, if it has not run. Owner thread only; a second call changes nothing. */
    void cancel();
  }
}
