package io.headcount.child.linux;

import io.headcount.child.linux.libc.Spawn;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The trees of all runs, and which process belongs to which. Thread-safe.
 *
 * <p>A process belongs to the tree whose session or group it is in, while the leader that these are
 * named after is not reaped; else to its parent's; else to the one whose mark it carries, whose
 * cgroup it is in, or whose cookie it carries. What was found once is kept for as long as the
 * process lives, so a later change of session, parent or environment hides nobody.
 */
final class Forest {
  private final Map<Integer, Tree> byLeader = new ConcurrentHashMap<>();
  private final Set<Tree> leaderless = ConcurrentHashMap.newKeySet();
  private final Map<String, Tree> byCookie = new ConcurrentHashMap<>();
  private final Map<Long, Tree> byMark = new ConcurrentHashMap<>();
  private final Map<String, Tree> byCgroup = new ConcurrentHashMap<>();
  private final AtomicInteger planting = new AtomicInteger();

  /** A child is being spawned: {@code /proc} may show it before it is here. */
  void planting() {
    planting.incrementAndGet();
  }

  /** It is here, or was not spawned. */
  void planted() {
    planting.decrementAndGet();
  }

  boolean isPlanting() {
    return planting.get() > 0;
  }

  /** Children of ours that belong to no run and are not counted: the guardian, bubblewrap. */
  private final Set<Integer> helpers = ConcurrentHashMap.newKeySet();

  /** Spawns one of them; no look takes it for one that came out of a run. */
  Spawn.Outcome helper(Supplier<Spawn.Outcome> spawn) {
    planting();
    try {
      Spawn.Outcome outcome = spawn.get();
      if (outcome instanceof Spawn.Outcome.Started(int pid, int _)) {
        helpers.add(pid);
      }
      return outcome;
    } finally {
      planted();
    }
  }

  void removeHelper(int pid) {
    helpers.remove(pid);
  }

  boolean isHelper(int pid) {
    return helpers.contains(pid);
  }

  void add(Tree tree) {
    byLeader.put(tree.leader(), tree);
    byCookie.put(tree.cookie(), tree);
    if (tree.mark() != Marks.NONE) {
      byMark.put(tree.mark(), tree);
    }
    if (tree.cgroup() != null) {
      byCgroup.put(tree.cgroup().name(), tree);
    }
  }

  /**
   * Its leader is about to be reaped, and what it kept lives on. The leader's number, and so that
   * of a session and a group, may soon be another's.
   */
  void loseLeader(Tree tree) {
    leaderless.add(tree);
    byLeader.remove(tree.leader(), tree);
  }

  /** Nothing of it is left, or nothing can be done: its cgroup goes too. */
  void remove(Tree tree) {
    byLeader.remove(tree.leader(), tree);
    leaderless.remove(tree);
    byCookie.remove(tree.cookie(), tree);
    byMark.remove(tree.mark(), tree);
    if (tree.cgroup() != null) {
      byCgroup.remove(tree.cgroup().name(), tree);
      tree.cgroup().remove();
    }
  }

  boolean contains(Tree tree) {
    return tree.equals(byLeader.get(tree.leader())) || leaderless.contains(tree);
  }

  boolean hasLeader(int pid) {
    return byLeader.containsKey(pid);
  }

  /** When the oldest leader began, by what tells it of each; 0 if one that is gone may be older. */
  long oldest(ToLongFunction<Tree> began) {
    return leaderless.isEmpty()
        ? byLeader.values().stream().mapToLong(began).min().orElse(Long.MAX_VALUE)
        : 0;
  }

  /** The tree of a process by its session or its group, while these are surely its leader's. */
  @Nullable Tree byGroup(ProcEntry entry) {
    Tree bySession = byLeader.get(entry.session());
    return bySession == null ? byLeader.get(entry.pgrp()) : bySession;
  }

  @Nullable Tree byMark(long mark) {
    return mark == Marks.NONE ? null : byMark.get(mark);
  }

  /** The tree of a process by its cgroup, or one above: a run may make cgroups of its own. */
  @Nullable Tree byCgroup(int pid) {
    if (byCgroup.isEmpty()) {
      return null;
    }
    Tree tree = null;
    String name = Cgroup.nameOf(pid);
    while (tree == null && !name.isEmpty()) {
      tree = byCgroup.get(name);
      name = name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }
    return tree;
  }

  @Nullable Tree byCookie(@Nullable String cookie) {
    return cookie == null ? null : byCookie.get(cookie);
  }
}
