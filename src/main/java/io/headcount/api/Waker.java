package io.headcount.api;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends another thread's wait, whatever it waits for, and only its wait: never what it does between
 * two waits. One thread waits, any wake it; a wake that comes before the wait ends it at once.
 */
final class Waker {
  private final Object lock = new Object();
  private boolean woken;
  private @Nullable Thread waiting;

  /** A wait that an interrupt ends. */
  @FunctionalInterface
  interface Wait {
    boolean await(long time, TimeUnit unit) throws InterruptedException;
  }

  void wake() {
    synchronized (lock) {
      woken = true;
      if (waiting != null) {
        waiting.interrupt();
      }
    }
  }

  /** Waits until woken, or the wait is over by itself. */
  void await(Wait wait, Duration most) throws InterruptedException {
    synchronized (lock) {
      if (woken) {
        woken = false;
        return;
      }
      waiting = Thread.currentThread();
    }
    boolean interrupted = false;
    try {
      boolean _ = wait.await(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    synchronized (lock) {
      waiting = null;
      if (woken) {
        woken = false;
        boolean _ = Thread.interrupted(); // it was ours
      } else if (interrupted) {
        throw new InterruptedException();
      }
    }
  }
}
