package io.headcount.child.jdk;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The processes below the service at one moment. Costs one walk over the process table and one look
 * at each process found, and serves any number of runs.
 */
final class ProcessSnapshot {
  private final Set<ProcessHandle> all = new LinkedHashSet<>();
  private final Map<ProcessHandle, List<ProcessHandle>> children = new HashMap<>();

  private ProcessSnapshot() {}

  static ProcessSnapshot take() {
    ProcessSnapshot snapshot = new ProcessSnapshot();
    ProcessHandle.current().descendants().forEach(snapshot::add);
    return snapshot;
  }

  private void add(ProcessHandle handle) {
    all.add(handle);
    handle
        .parent()
        .ifPresent(parent -> children.computeIfAbsent(parent, _ -> new ArrayList<>()).add(handle));
  }

  Set<ProcessHandle> all() {
    return all;
  }

  /** Children of a process; one that is no longer below the service is asked itself. */
  List<ProcessHandle> childrenOf(ProcessHandle parent) {
    return all.contains(parent)
        ? children.getOrDefault(parent, List.of())
        : parent.children().toList();
  }
}
