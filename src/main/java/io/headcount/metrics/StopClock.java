package io.headcount.metrics;

/** Measures the one stop of the service, also while it goes on. */
final class StopClock {
  private volatile long startedAtNanos;
  private volatile long tookNanos = -1;
  private volatile boolean started;

  void start() {
    startedAtNanos = System.nanoTime();
    started = true;
  }

  void end(long nanos) {
    tookNanos = nanos;
  }

  /** 0 before the stop; then its length up to now, or in all. */
  long nanos() {
    if (!started) {
      return 0;
    }
    return tookNanos < 0 ? System.nanoTime() - startedAtNanos : tookNanos;
  }
}
