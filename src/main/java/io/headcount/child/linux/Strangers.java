package io.headcount.child.linux;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Those below us that came out of no run: what a library of the service started, in our session or
 * from a thread that is no spawner of ours, and all below it. Who was seen to be one stays one. The
 * thread of the looks only.
 */
final class Strangers {
  private final int self;
  private final int ownSession;
  private final Adoptees adoptees;
  private final Set<ProcId> known = new HashSet<>();

  Strangers(int self, int ownSession, Adoptees adoptees) {
    this.self = self;
    this.ownSession = ownSession;
    this.adoptees = adoptees;
  }

  /**
   * Those of the unattributed that came out of a run, by their topmost ancestor below us.
   *
   * @param planting whether a child of a spawner may be a leader that the forest did not have yet
   */
  List<ProcEntry> without(
      List<ProcEntry> unattributed, Map<Integer, ProcEntry> table, boolean planting) {
    if (unattributed.isEmpty()) {
      return List.of();
    }
    Set<Integer> adopted = adoptees.fromRuns(!planting);
    List<ProcEntry> escapees = new ArrayList<>();
    for (ProcEntry entry : unattributed) {
      ProcEntry top = known.contains(entry.id()) ? null : top(entry, table);
      if (top == null) {
        continue;
      }
      if (top.session() == ownSession) {
        known.add(entry.id());
      } else if (adopted.contains(top.pid())) {
        escapees.add(entry);
      } else if (!planting && isStillThere(top)) {
        known.add(entry.id());
      }
    }
    return escapees;
  }

  private @Nullable ProcEntry top(ProcEntry entry, Map<Integer, ProcEntry> table) {
    ProcEntry top = entry;
    for (int steps = 0; top != null && top.ppid() != self; steps++) {
      top = steps > table.size() ? null : table.get(top.ppid());
    }
    return top;
  }

  /** Who has ended since the look is on no list, but was no stranger for it. */
  private static boolean isStillThere(ProcEntry entry) {
    ProcEntry now = Proc.local().stat(entry.pid());
    return now != null && now.startTicks() == entry.startTicks();
  }

  void retain(Set<ProcId> seen) {
    known.retainAll(seen);
  }
}
