package io.headcount.child.linux;

import java.util.List;
import java.util.Map;

/**
 * Every process below us at one look, by the run it belongs to.
 *
 * @param number which look it was; who ask while one is under way share the next
 * @param alive live processes by tree
 * @param unattributed live ones that belong to no tree that is known
 * @param escapees those of the unattributed that came out of a run, whichever it was
 * @param oldestRun when the oldest run that is known began, in clock ticks; what began before it
 *     belongs to none of them
 * @param escaped live ones outside their run's session, the unattributed among them
 * @param zombies dead ones that nobody has waited for
 */
record Snapshot(
    long number,
    Map<Tree, List<ProcEntry>> alive,
    List<ProcEntry> unattributed,
    List<ProcEntry> escapees,
    long oldestRun,
    int escaped,
    int zombies) {

  /** Nobody was looked for. */
  static final Snapshot OF_NOBODY = new Snapshot(0, Map.of(), List.of(), List.of(), 0, 0, 0);

  List<ProcEntry> of(Tree tree) {
    return alive.getOrDefault(tree, List.of());
  }

  int live() {
    return alive.values().stream().mapToInt(List::size).sum() + unattributed.size();
  }
}
