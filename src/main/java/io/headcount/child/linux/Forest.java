package io.headcount.child.linux;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The trees of all runs, and which process belongs to which. Thread-safe.
 *
 * <p>A process belongs to the tree whose session or group it is in; else to its parent's; else to
 * the one whose cookie it carries. What was found once is kept for as long as the process lives, so
 * a later change of session, parent or environment hides nobody.
 */
final class Forest {
  private final Map<Integer, Tree> byLeader = new ConcurrentHashMap<>();
  private final Map<String, Tree> byCookie = new ConcurrentHashMap<>();

  /** Children of ours that belong to no run and are not counted: the guardian. */
  private final Set<Integer> helpers = ConcurrentHashMap.newKeySet();

  void addHelper(int pid) {
    helpers.add(pid);
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
  }

  void remove(Tree tree) {
    byLeader.remove(tree.leader(), tree);
    byCookie.remove(tree.cookie(), tree);
  }

  boolean contains(Tree tree) {
    return tree.equals(byLeader.get(tree.leader()));
  }

  boolean isEmpty() {
    return byLeader.isEmpty();
  }

  /** The tree of a process by its session or its group. */
  @Nullable Tree byGroup(ProcEntry entry) {
    Tree bySession = byLeader.get(entry.session());
    return bySession == null ? byLeader.get(entry.pgrp()) : bySession;
  }

  @Nullable Tree byCookie(@Nullable String cookie) {
    return cookie == null ? null : byCookie.get(cookie);
  }
}
