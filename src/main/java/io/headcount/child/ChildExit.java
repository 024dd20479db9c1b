package io.headcount.child;

import org.jspecify.annotations.Nullable;

/**
 * How the leader ended, as the kernel said. What the platform cannot tell is null, never made up.
 *
 * @param code the exit status, null when it died of a signal or nobody could tell
 * @param signal the signal that killed it ({@code SIGKILL}), null when it exited or nobody could
 *     tell
 * @param usage what it and the descendants it waited for used, null when unknown
 */
public record ChildExit(@Nullable Integer code, @Nullable String signal, @Nullable Usage usage) {

  /**
   * Resource usage of {@code getrusage(2)}.
   *
   * @param userMs processor time in user mode, milliseconds
   * @param systemMs processor time in the kernel, milliseconds
   * @param maxRssBytes largest resident set of one process; null when the kernel's figure may be
   *     the service's own (a child that is spawned from a shared address space inherits its peak)
   */
  public record Usage(long userMs, long systemMs, @Nullable Long maxRssBytes) {}
}
