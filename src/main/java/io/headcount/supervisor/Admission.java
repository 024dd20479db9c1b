package io.headcount.supervisor;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The places that live runs take and the queue behind them. Each caller's runs wait in the order
 * they came, and the callers take turns: however many runs others have waiting, one's first is
 * behind one of each at most. A queue that is full refuses nobody's first.
 *
 * <p>Guarded by its own monitor, which is never held while anything else is called.
 */
final class Admission<R> {
  private final int maxLive;
  private final int maxLiveOfOne;
  private final int maxQueued;
  private final Function<R, String> callerOf;
  private final Set<R> live = new HashSet<>();
  private final Map<String, Integer> liveOf = new HashMap<>();

  /** By caller; whose turn it is next stands first. Nobody is here without a run. */
  private final LinkedHashMap<String, LinkedHashSet<R>> queues = new LinkedHashMap<>();

  private int queued;

  /** Who gets the place of whom: a run that replaces others makes room for itself. */
  private final Map<R, R> heirs = new HashMap<>();

  /**
   * An admission with nobody in it.
   *
   * @param maxLiveOfOne how many of the places one caller may have
   * @param callerOf whose a run is
   */
  Admission(int maxLive, int maxLiveOfOne, int maxQueued, Function<R, String> callerOf) {
    this.maxLive = maxLive;
    this.maxLiveOfOne = maxLiveOfOne;
    this.maxQueued = maxQueued;
    this.callerOf = callerOf;
  }

  /**
   * Takes a place, or a turn in the queue. A run that inherited a place has it already.
   *
   * @param promised whether the run was promised a turn, however long the queue
   * @return true with a place, false with a turn
   * @throws SupervisorException.QueueFull with neither
   */
  synchronized boolean admit(R run, boolean promised) {
    if (live.contains(run)) {
      return true;
    }
    String caller = callerOf.apply(run);
    if (live.size() < maxLive && mayHaveAnother(caller)) {
      enter(run, caller);
      return true;
    }
    boolean room = queued < maxQueued || (maxQueued > 0 && !queues.containsKey(caller));
    if (!promised && !room) {
      throw new SupervisorException.QueueFull(live.size(), queued);
    }
    if (queues.computeIfAbsent(caller, _ -> new LinkedHashSet<>()).add(run)) {
      queued++;
    }
    return false;
  }

  /** When {@code predecessor} leaves a place, it is {@code heir}'s, unless that has one already. */
  synchronized void bequeath(R predecessor, R heir) {
    heirs.put(predecessor, heir);
  }

  /**
   * Gives up a place or a turn; a run with neither changes nothing.
   *
   * @return the run that has the place now and is to be started. Never more than one: where places
   *     were free before, only the caller of {@code run} can have been at its bound
   */
  synchronized @Nullable R leave(R run) {
    R heir = heirs.remove(run);
    heirs.values().removeIf(run::equals);
    String caller = callerOf.apply(run);
    unqueue(run, caller);
    if (!live.remove(run)) {
      return null;
    }
    liveOf.computeIfPresent(caller, (_, count) -> count == 1 ? null : count - 1);
    if (heir != null && !live.contains(heir)) {
      enter(heir, callerOf.apply(heir));
      return null;
    }
    return next();
  }

  private @Nullable R next() {
    Map.Entry<String, LinkedHashSet<R>> turn =
        queues.entrySet().stream()
            .filter(each -> mayHaveAnother(each.getKey()))
            .findFirst()
            .orElse(null);
    if (turn == null) {
      return null;
    }
    String caller = turn.getKey();
    R run = turn.getValue().getFirst();
    queues.putLast(caller, turn.getValue()); // to the end of the line
    unqueue(run, caller);
    enter(run, caller);
    return run;
  }

  private boolean mayHaveAnother(String caller) {
    return liveOf.getOrDefault(caller, 0) < maxLiveOfOne;
  }

  private void enter(R run, String caller) {
    live.add(run);
    liveOf.merge(caller, 1, Integer::sum);
  }

  private void unqueue(R run, String caller) {
    LinkedHashSet<R> queue = queues.get(caller);
    if (queue != null && queue.remove(run)) {
      queued--;
      if (queue.isEmpty()) {
        queues.remove(caller);
      }
    }
  }

  synchronized int live() {
    return live.size();
  }

  synchronized int queued() {
    return queued;
  }
}
