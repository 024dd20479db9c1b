package io.headcount.child;

/**
 * How to end a tree: a signal, then SIGKILL when the grace is over.
 *
 * @param signal the first signal; SIGKILL leaves no grace
 * @param graceNanos how long the tree may take, 0 or more
 */
public record StopOrder(Signal signal, long graceNanos) {
  public StopOrder {
    if (graceNanos < 0) {
      throw new IllegalArgumentException("graceNanos: expected 0 or more, got " + graceNanos);
    }
  }
}
