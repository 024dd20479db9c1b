package io.headcount.child.linux;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  private static final int EXEC_ATTEMPTS = 20;
  private static final long EXEC_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final int self;
  private final int ownSession;
  private final Forest forest;
  private final Adoptees adoptees;
  private final Strangers strangers;
  private final LinkedBlockingQueue<Question> waiting = new LinkedBlockingQueue<>();
  private final Thread thread;

  /** Who was without an environment for so long that it has none. This thread only. */
  private final Set<ProcId> bare = new HashSet<>();

  /** Who was found to belong to which run, for as long as they live. This thread only. */
  private Map<ProcId, Tree> known = new HashMap<>();

  private long looks;

  /** Whether the last look failed: that is worth one line in the log. This thread only. */
  private boolean failing;

  private volatile boolean closing;

  ProcTable(int self, int ownSession, Forest forest, Adoptees adoptees) {
    this.self = self;
    this.ownSession = ownSession;
    this.forest = forest;
    this.adoptees = adoptees;
    this.strangers = new Strangers(self, ownSession, adoptees);
    this.thread = Thread.ofPlatform().name("headcount-proc").daemon(true).unstarted(this);
  }

  void start() {
    thread.start();
  }

  private record Question(boolean ofSiblings, Consumer<Snapshot> answer, Runnable failed) {}

  /**
   * Takes a look that starts after this call.
   *
   * @param answer hears what was seen, on this thread
   * @param failed hears that {@code /proc} could not be read, on this thread
   */
  void look(Consumer<Snapshot> answer, Runnable failed) {
    look(false, answer, failed);
  }

  /**
   * The same, for siblings alone if so chosen: as long as there are none, which the lists of the
   * spawners tell, nobody is seen, and {@code /proc} is not searched.
   */
  void look(boolean ofSiblings, Consumer<Snapshot> answer, Runnable failed) {
    waiting.add(new Question(ofSiblings, answer, failed));
  }

  @Override
  public void run() {
    List<Question> asking = new ArrayList<>();
    while (!closing) {
      try {
        asking.add(waiting.take());
        waiting.drainTo(asking);
        boolean ofSiblings = asking.stream().allMatch(Question::ofSiblings);
        Snapshot snapshot = ofSiblings && !adoptees.mayHaveSiblings() ? Snapshot.OF_NOBODY : take();
        failing = false;
        asking.forEach(question -> tell(() -> question.answer().accept(snapshot)));
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | Error e) {
        if (!failing) {
          failing = true;
          LOG.warn("event=look-failed reason=\"{}\"", e.toString());
        }
        asking.forEach(question -> tell(question.failed()));
      } finally {
        asking.clear();
      }
    }
  }

  private static void tell(Runnable answer) {
    try {
      answer.run();
    } catch (RuntimeException | Error e) {
      LOG.error("event=look-answer-failed", e);
    }
  }

  private Snapshot take() {
    Look look = new Look();
    for (int attempt = 0; look.hasUndetermined() && attempt < EXEC_ATTEMPTS; attempt++) {
      LockSupport.parkNanos(EXEC_PAUSE_NANOS);
      look = new Look();
    }
    look.undetermined.forEach(entry -> bare.add(entry.id()));
    bare.retainAll(look.seen);
    known = look.found;
    strangers.retain(look.seen);
    return new Snapshot(
        ++looks,
        look.alive,
        look.unattributed,
        strangers.without(look.unattributed, look.table, look.planting),
        look.oldestRun(),
        look.escaped,
        look.zombies);
  }

  /** One look through {@code /proc}. */
  private final class Look {
    private final Proc proc = Proc.local();
    private final Map<Integer, ProcEntry> table = new HashMap<>();
    private final Map<Integer, Boolean> below = new HashMap<>();
    private final Map<ProcId, Tree> found = new HashMap<>();
    private final Set<ProcId> seen = new HashSet<>();
    private final Map<Tree, List<ProcEntry>> alive = new HashMap<>();
    private final List<ProcEntry> unattributed = new ArrayList<>();
    private final List<ProcEntry> undetermined = new ArrayList<>();
    private final boolean planting;
    private int escaped;
    private int zombies;

    Look() {
      int[] pids = Proc.pids();
      for (int pid : pids) {
        read(pid);
      }
      planting = forest.isPlanting(); // if not, every leader in the table is in the forest
      for (int pid : pids) {
        if (isBelow(pid)) {
          place(table.get(pid));
        }
      }
    }

    private @Nullable ProcEntry read(int pid) {
      ProcEntry entry = proc.stat(pid);
      if (entry == null) {
        table.remove(pid);
      } else {
        table.put(pid, entry);
      }
      return entry;
    }

    /**
     * Whether a process was seen in the middle of an exec, so that another look would tell more.
     */
    boolean hasUndetermined() {
      return !undetermined.isEmpty();
    }

    private void place(@Nullable ProcEntry entry) {
      if (entry == null) {
        return;
      }
      seen.add(entry.id());
      Tree tree = treeOf(entry);
      if (entry.ppid() == self && (tree != null || !planting)) {
        adoptees.attribute(entry, tree);
      }
      if (entry.isZombie()) {
        zombies++;
      } else if (tree != null) {
        alive.computeIfAbsent(tree, _ -> new ArrayList<>()).add(entry);
        escaped += entry.session() == tree.leader() ? 0 : 1;
      } else if (entry.session() != ownSession) {
        unattributed.add(entry);
        escaped++;
      }
    }

    private boolean isBelow(int pid) {
      Boolean answer = below.get(pid);
      if (answer == null) {
        below.put(pid, false);
        ProcEntry entry = table.get(pid);
        answer = pid != self && !forest.isHelper(pid) && entry != null && isChildOfBelow(entry);
        below.put(pid, answer);
      }
      return answer;
    }

    /** A parent that ended while we looked has left its child to us, or to somebody below us. */
    private boolean isChildOfBelow(ProcEntry entry) {
      int parent = entry.ppid();
      if (parent != self && parent > 0 && !table.containsKey(parent)) {
        ProcEntry now = read(entry.pid());
        parent = now == null ? 0 : now.ppid();
      }
      return parent == self || isBelow(parent);
    }

    /** One whose leader is gone, because what it left was kept, may have begun at any time. */
    long oldestRun() {
      return forest.oldest(tree -> {
        ProcEntry leader = table.get(tree.leader());
        return leader == null ? 0 : leader.startTicks();
      });
    }

    private @Nullable Tree treeOf(ProcEntry entry) {
      ProcId id = entry.id();
      Tree tree = found.get(id);
      if (tree == null) {
        tree = known.get(id);
        if (tree == null || !forest.contains(tree)) {
          tree = discover(entry);
        }
        if (tree != null) {
          found.put(id, tree);
        }
      }
      return tree;
    }

    private @Nullable Tree discover(ProcEntry entry) {
      Tree tree = forest.byGroup(entry);
      if (tree == null && entry.ppid() != self) {
        ProcEntry parent = table.get(entry.ppid());
        tree = parent == null ? null : treeOf(parent);
      }
      if (tree == null && entry.session() != ownSession) {
        tree = forest.byMark(proc.mark(entry.pid()));
        tree = tree == null ? forest.byCgroup(entry.pid()) : tree;
      }
      return tree == null && !entry.isZombie() ? byCookie(entry) : tree;
    }

    private @Nullable Tree byCookie(ProcEntry entry) {
      String cookie = proc.cookie(entry.pid());
      if (cookie != null && cookie.isEmpty() && !bare.contains(entry.id())) {
        undetermined.add(entry);
      }
      return forest.byCookie(cookie);
    }
  }

  void close() {
    closing = true;
    look(_ -> {}, () -> {});
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
