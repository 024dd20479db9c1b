package io.headcount.supervisor;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Every run there is: by id, by age, and the exited ones by the order in which they go.
 * Thread-safe; readers never wait.
 */
final class RunRegistry {
  private final Map<String, Run> byId = new ConcurrentHashMap<>();
  private final ConcurrentSkipListMap<Long, Run> byAge = new ConcurrentSkipListMap<>();
  private final Set<Run> live = ConcurrentHashMap.newKeySet();
  private final Set<Run> keeping = ConcurrentHashMap.newKeySet();
  private final SupervisorSettings.Retention retention;

  /** Exited runs, the oldest exit first. Guarded by itself, with {@link #exitedBytes}. */
  private final ArrayDeque<Exited> exited = new ArrayDeque<>();

  private long exitedBytes;

  /** What the requests of exited runs take, see {@link RunSpec#weight}. */
  private long exitedWeight;

  /** The same of runs that have not settled, or keep something alive. */
  private final AtomicLong liveWeight = new AtomicLong();

  private record Exited(Run run, long bytes, long weight, long atNanos) {}

  /** Of the heap, for the requests of all exited runs together. */
  private static final long MOST_EXITED = Runtime.getRuntime().maxMemory() / 32;

  /** The same of all others. */
  private static final long MOST_LIVE = Runtime.getRuntime().maxMemory() / 8;

  /** What is no heavier than this never lacks room: how many runs there may be is bounded too. */
  private static final long LIGHT = 1 << 16;

  RunRegistry(SupervisorSettings.Retention retention) {
    this.retention = retention;
  }

  @Nullable Run find(String id) {
    return byId.get(id);
  }

  /**
   * Says whether there is room for one more request.
   *
   * @throws SupervisorException.MemoryBudget if the requests of live runs take too much memory
   */
  void checkRoom(RunSpec spec) {
    long weight = spec.weight();
    if (weight > LIGHT && liveWeight.get() + weight > MOST_LIVE) {
      throw new SupervisorException.MemoryBudget(liveWeight.get(), weight, MOST_LIVE);
    }
  }

  void add(Run run) {
    liveWeight.addAndGet(run.weight());
    byId.put(run.id(), run);
    byAge.put(run.sequence(), run);
    live.add(run);
  }

  /** A run has settled: it may be forgotten when its time comes. */
  void settled(Run run, boolean keepsDescendants) {
    if (keepsDescendants) {
      keeping.add(run);
    } else {
      retain(run);
    }
    live.remove(run);
    prune();
  }

  /** What a settled run had kept is gone. */
  void released(Run run) {
    if (keeping.remove(run)) {
      retain(run);
      prune();
    }
  }

  private void retain(Run run) {
    liveWeight.addAndGet(-run.weight());
    synchronized (exited) {
      long bytes = run.output().heldBytes();
      long weight = run.spec().weight();
      exited.add(new Exited(run, bytes, weight, System.nanoTime()));
      exitedBytes += bytes;
      exitedWeight += weight;
    }
  }

  /** Forgets an exited run. */
  void remove(Run run) {
    forget(run);
    if (keeping.remove(run)) {
      liveWeight.addAndGet(-run.weight());
    }
    synchronized (exited) {
      Iterator<Exited> each = exited.iterator();
      while (each.hasNext()) {
        Exited record = each.next();
        if (record.run() == run) {
          each.remove();
          exitedBytes -= record.bytes();
          exitedWeight -= record.weight();
          return;
        }
      }
    }
  }

  /**
   * Lets the oldest exited runs go, as the retention says. However much the newest has written, its
   * client learns how it ended.
   */
  void prune() {
    long now = System.nanoTime();
    Duration maxAge = retention.maxAge();
    synchronized (exited) {
      while (!exited.isEmpty()) {
        Exited oldest = exited.getFirst();
        if (exited.size() <= retention.maxRuns()
            && (exitedBytes <= retention.maxOutputBytes() || exited.size() == 1)
            && (exitedWeight <= MOST_EXITED || exited.size() == 1)
            && now - oldest.atNanos() < maxAge.toNanos()) {
          return;
        }
        exited.removeFirst();
        exitedBytes -= oldest.bytes();
        exitedWeight -= oldest.weight();
        forget(oldest.run());
      }
    }
  }

  private void forget(Run run) {
    byId.remove(run.id(), run);
    byAge.remove(run.sequence(), run);
    run.output().discard();
  }

  /** Runs that have not settled, oldest first. */
  List<Run> live() {
    List<Run> runs = new ArrayList<>(live);
    runs.sort((a, b) -> Long.compare(a.sequence(), b.sequence()));
    return runs;
  }

  /** Exited runs whose kept descendants are alive. */
  Collection<Run> keeping() {
    return List.copyOf(keeping);
  }

  int exitedCount() {
    return Math.max(0, byId.size() - live.size());
  }

  List<Run> liveInScope(String scopeKey) {
    return live().stream().filter(run -> scopeKey.equals(run.spec().scopeKey())).toList();
  }

  RunPage list(RunQuery query) {
    Long cursor = query.cursor();
    Collection<Run> candidates =
        cursor == null
            ? byAge.descendingMap().values()
            : byAge.headMap(cursor, false).descendingMap().values();
    List<RunView> page = new ArrayList<>();
    long last = 0;
    for (Run run : candidates) {
      RunView view = run.view();
      if (query.matches(view)) {
        if (page.size() == query.limit()) {
          return new RunPage(page, last);
        }
        page.add(view);
        last = run.sequence();
      }
    }
    return new RunPage(page, null);
  }
}
