package io.headcount.supervisor;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which runs to list. Empty sets and null let all through.
 *
 * @param states any of these
 * @param reasons any of these
 * @param scopeKey this scope
 * @param labels all of these
 * @param limit most to return, 1 or more
 * @param cursor where the last page ended, null for the newest
 * @param owner of this caller
 */
public record RunQuery(
    Set<RunState> states,
    Set<Reason> reasons,
    @Nullable String scopeKey,
    Map<String, String> labels,
    int limit,
    @Nullable Long cursor,
    @Nullable String owner) {

  /** The same, of one caller's runs alone; null: of all. */
  public RunQuery ownedBy(@Nullable String caller) {
    return new RunQuery(states, reasons, scopeKey, labels, limit, cursor, caller);
  }

  /** Whether a run is one of those asked for; limit and cursor do not count. */
  public boolean matches(RunView view) {
    return (states.isEmpty() || states.contains(view.state()))
        && (reasons.isEmpty() || (view.reason() != null && reasons.contains(view.reason())))
        && (scopeKey == null || scopeKey.strip().equals(view.spec().scopeKey()))
        && (owner == null || owner.equals(view.spec().owner()))
        && view.spec().hasLabels(labels);
  }
}
