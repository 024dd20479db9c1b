package io.headcount.child.linux;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who missed a signal: forked after the look that named whom to signal, by one that then got it and
 * died. Nobody in the leader's group does, because the kernel begins a fork anew when a signal to
 * the group comes meanwhile; outside of it each process is signalled alone.
 *
 * <p>They are there at the first look after the signal. Who comes later was forked by the handler
 * of a signal, and so, for all we know, was one whose parent lives: both may go on until the grace
 * is over.
 */
final class Latecomers {
  private final Set<ProcId> known = new HashSet<>();
  private final Set<ProcId> late = new HashSet<>();
  private boolean signalled;

  /** These have been signalled. */
  void signalled(List<ProcEntry> processes) {
    processes.forEach(process -> known.add(process.id()));
    signalled = true;
  }

  /** Who of these is to be signalled now, each once: their parents are gone. */
  List<ProcEntry> among(List<ProcEntry> alive) {
    if (signalled) {
      signalled = false;
      alive.stream().map(ProcEntry::id).filter(known::add).forEach(late::add);
    }
    if (late.isEmpty()) {
      return List.of();
    }
    Set<Integer> pids = alive.stream().map(ProcEntry::pid).collect(Collectors.toSet());
    return alive.stream()
        .filter(process -> !pids.contains(process.ppid()) && late.remove(process.id()))
        .toList();
  }
}
