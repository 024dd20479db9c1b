package io.headcount.child;

import org.jspecify.annotations.Nullable;

/**
 * A process that an earlier boot of the service has left.
 *
 * @param boot the boot's id
 * @param run the id of the run that it belonged to; null if nobody can tell any more
 * @param process what it is
 */
public record Leftover(String boot, @Nullable String run, ProcessInfo process) {}
