package io.headcount.child.jdk;

import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The processes of one run that were ever seen and are not known to be dead. What loses its parent
 * drops out of the tree that the system shows, but not out of here.
 *
 * <p>Used by the thread of {@link ProcessWatch} only.
 */
final class KnownProcesses {
  private final Set<ProcessHandle> known = new LinkedHashSet<>();

  KnownProcesses(ProcessHandle leader) {
    known.add(leader);
  }

  /** Adds the descendants of what is known, drops the dead, and returns the live, leader first. */
  List<ProcessHandle> refresh(ProcessSnapshot now) {
    known.removeIf(handle -> !Handles.isAlive(handle));
    ArrayDeque<ProcessHandle> parents = new ArrayDeque<>(known);
    while (!parents.isEmpty()) {
      for (ProcessHandle child : now.childrenOf(parents.remove())) {
        if (Handles.isAlive(child) && known.add(child)) {
          parents.add(child);
        }
      }
    }
    return List.copyOf(known);
  }
}
