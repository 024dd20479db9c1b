package io.headcount.child.linux;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through {@code /proc} for those who ask, on one thread of its own. All who ask while a look
 * is under way share the next one, so a thousand runs that end together cost a few looks, not a
 * thousand. A look costs about 15 microseconds a process on the machine.
 */
final class ProcTable implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(ProcTable.class);

  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final int self;
  private final int ownSession;
  private final Forest forest;
  private final Adoptees adoptees;
  private final LinkedBlockingQueue<Consumer<Snapshot>> waiting = new LinkedBlockingQueue<>();
  private final Thread thread;

  /** Who was found to belong to which run, for as long as they live. This thread only. */
  private Map<ProcId, Tree> known = new HashMap<>();

  private volatile boolean closing;

  ProcTable(int self, int ownSession, Forest forest, Adoptees adoptees) {
    this.self = self;
    this.ownSession = ownSession;
    this.forest = forest;
    this.adoptees = adoptees;
    this.thread = Thread.ofPlatform().name("headcount-proc").daemon(true).unstarted(this);
  }

  void start() {
    thread.start();
  }

  /** Hands the result of a look that starts after this call to {@code answer}, on this thread. */
  void look(Consumer<Snapshot> answer) {
    waiting.add(answer);
  }

  @Override
  public void run() {
    List<Consumer<Snapshot>> asking = new ArrayList<>();
    while (!closing) {
      try {
        asking.add(waiting.take());
        waiting.drainTo(asking);
        Snapshot snapshot = take();
        asking.forEach(answer -> answer(answer, snapshot));
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | Error e) {
        // Whoever asked waits for the end of a run: the question is kept and asked again.
        LOG.error("event=look-failed", e);
        waiting.addAll(asking);
        LockSupport.parkNanos(RETRY_NANOS);
      } finally {
        asking.clear();
      }
    }
  }

  private static void answer(Consumer<Snapshot> answer, Snapshot snapshot) {
    try {
      answer.accept(snapshot);
    } catch (RuntimeException | Error e) {
      LOG.error("event=look-answer-failed", e);
    }
  }

  private Snapshot take() {
    Map<Integer, ProcEntry> table = new HashMap<>();
    Proc proc = Proc.local();
    for (int pid : Proc.pids()) {
      ProcEntry entry = proc.stat(pid);
      if (entry != null) {
        table.put(pid, entry);
      }
    }
    Look look = new Look(table);
    for (ProcEntry entry : table.values()) {
      look.place(entry);
    }
    known = look.found;
    return new Snapshot(look.alive, look.unattributed, look.zombies);
  }

  /** The state of one look. */
  private final class Look {
    private final Map<Integer, ProcEntry> table;
    private final Map<Integer, Boolean> below = new HashMap<>();
    private final Map<ProcId, Tree> found = new HashMap<>();
    private final Map<Tree, List<ProcEntry>> alive = new HashMap<>();
    private final List<ProcEntry> unattributed = new ArrayList<>();
    private int zombies;

    Look(Map<Integer, ProcEntry> table) {
      this.table = table;
    }

    void place(ProcEntry entry) {
      if (!isBelow(entry.pid())) {
        return;
      }
      Tree tree = treeOf(entry);
      if (entry.ppid() == self) {
        adoptees.attribute(entry, tree);
      }
      if (entry.isZombie()) {
        zombies++;
      } else if (tree != null) {
        alive.computeIfAbsent(tree, _ -> new ArrayList<>()).add(entry);
      } else if (entry.session() != ownSession) {
        unattributed.add(entry);
      }
    }

    private boolean isBelow(int pid) {
      Boolean answer = below.get(pid);
      if (answer != null) {
        return answer;
      }
      ProcEntry entry = table.get(pid);
      below.put(pid, false);
      boolean result =
          entry != null && pid != self && (entry.ppid() == self || isBelow(entry.ppid()));
      below.put(pid, result);
      return result;
    }

    private @Nullable Tree treeOf(ProcEntry entry) {
      ProcId id = entry.id();
      Tree tree = found.get(id);
      if (tree != null) {
        return tree;
      }
      tree = known.get(id);
      if (tree == null || !forest.contains(tree)) {
        tree = discover(entry);
      }
      if (tree != null) {
        found.put(id, tree);
      }
      return tree;
    }

    private @Nullable Tree discover(ProcEntry entry) {
      Tree tree = forest.byGroup(entry);
      if (tree != null) {
        return tree;
      }
      ProcEntry parent = entry.ppid() == self ? null : table.get(entry.ppid());
      tree = parent == null ? null : treeOf(parent);
      return tree != null || entry.isZombie()
          ? tree
          : forest.byCookie(Proc.local().cookie(entry.pid()));
    }
  }

  void close() {
    closing = true;
    waiting.add(_ -> {});
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
