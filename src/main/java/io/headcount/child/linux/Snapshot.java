package io.headcount.child.linux;

import java.util.List;
import java.util.Map;

/**
 * Every process below us at one look, by the run it belongs to.
 *
 * @param alive live processes by tree
 * @param unattributed live ones that belong to no tree that is known
 * @param escaped live ones outside their run's session, the unattributed among them
 * @param zombies dead ones that nobody has waited for
 */
record Snapshot(
    Map<Tree, List<ProcEntry>> alive, List<ProcEntry> unattributed, int escaped, int zombies) {

  List<ProcEntry> of(Tree tree) {
    return alive.getOrDefault(tree, List.of());
  }

  int live() {
    return alive.values().stream().mapToInt(List::size).sum() + unattributed.size();
  }
}
