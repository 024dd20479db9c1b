package io.headcount.supervisor;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
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

  /** Who gets the place of whom: a run that replaces others makes room for itself. */
  private final Map<Run, Run> heirs = new HashMap<>();

  Admission(int maxLive, int maxQueued) {
    this.maxLive = maxLive;
    this.maxQueued = maxQueued;
  }

  /**
   * Takes a place, or a turn in the queue. A run that inherited a place has it already.
   *
   * @param promised whether the run was promised a turn, however long the queue
   * @return true with a place, false with a turn
   * @throws SupervisorException.QueueFull with neither
   */
  synchronized boolean admit(Run run, boolean promised) {
    if (live.contains(run)) {
      return true;
    }
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

  /** When {@code predecessor} leaves a place, it is {@code heir}'s, unless that has one already. */
  synchronized void bequeath(Run predecessor, Run heir) {
    heirs.put(predecessor, heir);
  }

  /**
   * Gives up a place or a turn; a run with neither changes nothing.
   *
   * @return the run that has the place now and is to be started
   */
  synchronized @Nullable Run leave(Run run) {
    Run heir = heirs.remove(run);
    heirs.values().removeIf(run::equals);
    queue.remove(run);
    if (!live.remove(run) || (heir != null && live.add(heir)) || queue.isEmpty()) {
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
