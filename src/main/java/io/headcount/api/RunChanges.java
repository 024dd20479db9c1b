package io.headcount.api;

import io.headcount.supervisor.RunQuery;
import io.headcount.supervisor.RunView;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * State changes that wait for one client: at most {@link #MOST}. When it is full what comes is
 * counted instead, until the client has taken all that waited and then the count, so that it learns
 * where the hole is. Thread-safe; offering never waits for the client.
 */
final class RunChanges {
  static final int MOST = 256;

  private final RunQuery filter;
  private final StreamClient client;
  private final ArrayDeque<RunView> waiting = new ArrayDeque<>();
  private long missed;

  /** What there is to tell. */
  sealed interface Change {
    /** A run in its new state. */
    record Moved(RunView run) implements Change {}

    /** So many changes were not kept. */
    record Missed(long changes) implements Change {}
  }

  RunChanges(RunQuery filter, StreamClient client) {
    this.filter = filter;
    this.client = client;
  }

  void offer(RunView run) {
    if (!filter.matches(run)) {
      return;
    }
    synchronized (this) {
      if (missed > 0 || waiting.size() == MOST) {
        missed++;
      } else {
        waiting.add(run);
      }
    }
    client.ring();
  }

  /** The next one, null if nothing waits. */
  synchronized @Nullable Change poll() {
    RunView next = waiting.poll();
    if (next != null) {
      return new Change.Moved(next);
    }
    if (missed == 0) {
      return null;
    }
    Change hole = new Change.Missed(missed);
    missed = 0;
    return hole;
  }
}
