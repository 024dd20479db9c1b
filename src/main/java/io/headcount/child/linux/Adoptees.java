package io.headcount.child.linux;

import io.headcount.child.Signal;
import io.headcount.child.linux.Descriptors.Fd;
import io.headcount.child.linux.Descriptors.Kind;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.NativeBuffer;
import io.headcount.child.linux.libc.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The children of the service that it did not start itself but that came out of a run. Orphans,
 * which it adopted as a child subreaper: the kernel gives them to our first thread, which spawns
 * nobody, so {@code /proc/self/task/PID/children} lists them and no one else. And siblings, which a
 * leader made with {@code CLONE_PARENT}: they are among the leaders on the list of the spawner. The
 * list of the orphans, and what looks found, say whether anything of a run whose leader has exited
 * can be alive.
 *
 * <p>Reaps the dead among them by their pids. What shares our own session was not started by us (a
 * library's ProcessBuilder, whose thread ended), and is left to whoever did.
 *
 * <p>Thread-safe. A list is reliable only while nobody on it is reaped, so reading and reaping hold
 * one lock.
 */
final class Adoptees {
  private static final int PASSES = 4;
  private static final int STRIKES = 200;
  private static final int STRIKES_AT_NOBODY = 20;

  private final int ownSession;
  private final Descriptors descriptors;
  private final Forest forest;
  private final Fd orphans;
  private final List<Fd> siblings = new ArrayList<>();
  private final NativeBuffer buffer = new NativeBuffer(1 << 12);

  /** Those that a look has placed; a pid stays its own until we reap it. */
  private final Map<Integer, Placed> placed = new HashMap<>();

  private boolean died;

  private record Placed(@Nullable Tree tree, boolean stranger) {
    /** What could not be attributed at one look may be at the next. */
    boolean isApartFrom(Tree other) {
      return stranger || (tree != null && !tree.equals(other));
    }
  }

  Adoptees(int self, int ownSession, Forest forest, Descriptors descriptors) {
    this.ownSession = ownSession;
    this.forest = forest;
    this.descriptors = descriptors;
    this.orphans = open(list(self));
  }

  private Fd open(String list) {
    int fd = Libc.open(list, Libc.O_RDONLY | Libc.O_CLOEXEC);
    if (fd < 0) {
      throw new IllegalStateException("open " + list + " failed: " + Errno.name(-fd));
    }
    return descriptors.opened(Kind.FILE, fd);
  }

  /** The file that lists the children of the first thread of {@code pid}. */
  static String list(int pid) {
    return "/proc/" + pid + "/task/" + pid + "/children";
  }

  /** The calling thread starts leaders. */
  synchronized void addSpawner() {
    try {
      Path thread = Files.readSymbolicLink(Path.of("/proc/thread-self"));
      siblings.add(open("/proc/" + thread + "/children"));
    } catch (IOException e) {
      throw new IllegalStateException("/proc/thread-self could not be read", e);
    }
  }

  /**
   * Whether nothing of a tree whose leader has exited can be alive. False is not the contrary: then
   * only a look can tell. Who died while we read may have forked before, so the list is read again.
   *
   * <p>The lists of the siblings hold every leader that lives, too many to read at each exit: of a
   * sibling this knows what a look found. One that no look saw is found by {@link #reap}.
   */
  synchronized boolean noneOf(Tree tree) {
    for (int pass = 0; pass < PASSES; pass++) {
      died = false;
      if (!noneAliveOf(tree)) {
        return false;
      }
      if (!died) {
        return true;
      }
    }
    return false;
  }

  private boolean noneAliveOf(Tree tree) {
    boolean none = true;
    for (int pid : reapOrphans()) {
      Placed place = placed.get(pid);
      none &= place != null && place.isApartFrom(tree);
    }
    return none
        && (placed.isEmpty()
            || placed.values().stream().noneMatch(place -> tree.equals(place.tree())));
  }

  /**
   * Orphans of a tree that no look has placed, the dead too, for they may have forked. Who becomes
   * another process faster than a look reads {@code /proc} is on the list all the same.
   */
  synchronized List<ProcEntry> unplacedOf(Tree tree) {
    List<ProcEntry> found = new ArrayList<>();
    for (int pid : pids(orphans)) {
      ProcEntry entry = isUnplacedOf(tree, pid) ? Proc.local().stat(pid) : null;
      if (entry != null) {
        found.add(entry);
      }
    }
    return found;
  }

  /**
   * Kills the newest orphan of a tree, again and again while newer ones come: what forks and exits
   * is only hit by who is faster. The pid is its own until we reap it, under this lock.
   */
  synchronized void strike(Tree tree) {
    int last = 0;
    int same = 0;
    for (int tries = 0; tries < STRIKES && same < STRIKES_AT_NOBODY; tries++) {
      List<Integer> pids = pids(orphans);
      int newest = pids.isEmpty() ? last : pids.getLast();
      if (newest == last) {
        same++;
      } else if (isUnplacedOf(tree, newest)) {
        Processes.kill(newest, Signal.SIGKILL.number());
        same = 0;
      }
      last = newest;
    }
  }

  private boolean isUnplacedOf(Tree tree, int pid) {
    return tree.mark() != Marks.NONE
        && !placed.containsKey(pid)
        && Proc.local().mark(pid) == tree.mark();
  }

  /** Whether the spawners have other children than leaders, or one that is just being started. */
  synchronized boolean mayHaveSiblings() {
    return siblings.stream()
        .flatMap(list -> pids(list).stream())
        .anyMatch(pid -> !forest.hasLeader(pid) && !forest.isHelper(pid));
  }

  /** Reaps what has died; says whether somebody lives of whom no look could tell whose it is. */
  synchronized boolean reap() {
    Set<Integer> alive = reapOrphans();
    alive.addAll(reapSiblings());
    placed.keySet().retainAll(alive);
    return alive.stream()
        .map(placed::get)
        .anyMatch(place -> place == null || (place.tree() == null && !place.stranger()));
  }

  /** Reaps a leader, of whom its owner knows that it has exited. */
  synchronized void reapLeader(int pidfd) {
    Processes.reapPidfd(pidfd);
  }

  /**
   * A look found to whom a child of ours belongs; null is nobody. It must not be a leader that the
   * forest does not have yet. The look was some time ago: a number that was reaped since, and is
   * perhaps somebody else's by now, is not placed.
   */
  synchronized void attribute(ProcEntry entry, @Nullable Tree tree) {
    if ((tree == null || tree.leader() != entry.pid()) && isStill(entry)) {
      placed.put(entry.pid(), new Placed(tree, tree == null && entry.session() == ownSession));
    }
  }

  private static boolean isStill(ProcEntry entry) {
    ProcEntry now = Proc.local().stat(entry.pid());
    return now != null && now.id().equals(entry.id());
  }

  /**
   * The children that came out of runs.
   *
   * @param withSiblings whether no leader is just being spawned, for it would be among them
   */
  synchronized Set<Integer> fromRuns(boolean withSiblings) {
    Set<Integer> all = new HashSet<>(pids(orphans));
    if (withSiblings) {
      siblings.forEach(list -> all.addAll(pids(list)));
    }
    return all;
  }

  private Set<Integer> reapOrphans() {
    Set<Integer> alive = new HashSet<>();
    for (int pid : pids(orphans)) {
      if (!isGone(pid)) {
        alive.add(pid);
      }
    }
    return alive;
  }

  private boolean isGone(int pid) {
    Placed place = placed.get(pid);
    if (place == null) {
      ProcEntry entry;
      try {
        entry = Proc.local().stat(pid);
      } catch (Proc.Unreadable e) {
        return false; // nobody knows whose it is, so it is not ours to reap
      }
      if (entry != null && entry.session() == ownSession) {
        place = new Placed(null, true);
        placed.put(pid, place);
      }
    }
    return (place == null || !place.stranger()) && reaped(pid);
  }

  /** Leaders are their owners' to reap, and so may be who was not placed yet. */
  private Set<Integer> reapSiblings() {
    Set<Integer> alive = new HashSet<>();
    for (Fd list : siblings) {
      for (int pid : pids(list)) {
        if (!forest.hasLeader(pid) && !(placed.containsKey(pid) && reaped(pid))) {
          alive.add(pid);
        }
      }
    }
    return alive;
  }

  private boolean reaped(int pid) {
    boolean gone = Processes.reapPid(pid) instanceof Processes.Wait.Ended;
    if (gone) {
      died = true;
      placed.remove(pid); // its number may be a leader's next
    }
    return gone;
  }

  private List<Integer> pids(Fd list) {
    List<Integer> pids = new ArrayList<>();
    String text = Proc.text(list.number(), buffer);
    int at = 0;
    while (at < text.length()) {
      int space = text.indexOf(' ', at);
      int end = space < 0 ? text.length() : space;
      if (end > at) {
        pids.add(Integer.parseInt(text, at, end, 10));
      }
      at = end + 1;
    }
    return pids;
  }

  synchronized void close() {
    orphans.close();
    siblings.forEach(Fd::close);
  }
}
