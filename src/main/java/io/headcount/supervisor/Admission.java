package io.headcount.supervisor;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The places that live runs take and the queue behind them, first come first served. Guarded by its
 * own monitor, which is never held while anything else is called.
 */
final class Admission {
  private final int maxLive;
  private final int maxQueued;
  private final Set<Run> live = new HashSet<>();
  private final LinkedHashSet<Run> queue = new LinkedHashSet<>();

  Admission(int maxLive, int maxQueued) {
    this.maxLive = maxLive;
    this.maxQueued = maxQueued;
  }

  /**
   * Takes a place, or a turn in the queue.
   *
   * @param promised whether the run was promised a turn, however long the queue
   * @return true with a place, false with a turn
   * @throws SupervisorException.QueueFull with neither
   */
  synchronized boolean admit(Run run, boolean promised) {
    if (live.size() < maxLive) {
      live.add(run);
      return true;
    }
    if (!promised && queue.size() >= maxQueued) {
      throw new SupervisorException.QueueFull(live.size(), queue.size());
    }
    queue.add(run);
    return false;
  }

  /**
   * Gives up a place or a turn; a run with neither changes nothing.
   *
   * @return the run that has the place now and is to be started
   */
  synchronized @Nullable Run leave(Run run) {
    queue.remove(run);
    if (!live.remove(run) || queue.isEmpty()) {
      return null;
    }
    Run next = queue.removeFirst();
    live.add(next);
    return next;
  }

  synchronized int live() {
    return live.size();
  }

  synchronized int queued() {
    return queue.size();
  }
}
