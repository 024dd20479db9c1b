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
 */
public record RunQuery(
    Set<RunState> states,
    Set<Reason> reasons,
    @Nullable String scopeKey,
    Map<String, String> labels,
    int limit,
    @Nullable Long cursor) {

  /** Whether a run is one of those asked for; limit and cursor do not count. */
  public boolean matches(RunView view) {
    return (states.isEmpty() || states.contains(view.state()))
        && (reasons.isEmpty() || (view.reason() != null && reasons.contains(view.reason())))
        && (scopeKey == null || scopeKey.strip().equals(view.spec().scopeKey()))
        && view.spec().hasLabels(labels);
  }
}
