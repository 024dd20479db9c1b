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
 * @param escapeesEnded how many of these were ended since the start
 * @param remaining the live ones, the unattributed first, for the report at shutdown; 20 at most
 */
public record Census(
    Instant at,
    int live,
    int zombies,
    int escaped,
    int unattributed,
    long escapeesEnded,
    List<ProcessInfo> remaining) {
  public Census {
    remaining = List.copyOf(remaining);
  }
}
