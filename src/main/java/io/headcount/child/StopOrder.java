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

  /** What holds when another order follows: its signal and the shorter grace. SIGKILL stays. */
  public StopOrder then(StopOrder next) {
    return new StopOrder(
        signal == Signal.SIGKILL ? signal : next.signal,
        Math.min(effectiveGraceNanos(), next.effectiveGraceNanos()));
  }

  /** How long the tree may take with this signal. */
  public long effectiveGraceNanos() {
    return signal == Signal.SIGKILL ? 0 : graceNanos;
  }
}
