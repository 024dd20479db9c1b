package io.headcount.child;

import java.time.Instant;
import java.util.List;

/**
 * A count of every process below the service at one moment.
 *
 * @param at when
 * @param live processes alive below the service
 * @param zombies dead ones that nobody has waited for
 * @param escaped live ones outside their run's session, the unattributed among them
 * @param unattributed live ones that belong to no run that is known
 * @param remaining the live ones, for the report at shutdown; the first 20
 */
public record Census(
    Instant at, int live, int zombies, int escaped, int unattributed, List<ProcessInfo> remaining) {
  public Census {
    remaining = List.copyOf(remaining);
  }
}
