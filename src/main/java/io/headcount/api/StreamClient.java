package io.headcount.api;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One open stream: the thread that serves it, and a bell for whoever has news for it. Ringing never
 * blocks and costs next to nothing until the thread has looked.
 */
final class StreamClient implements AutoCloseable {
  private final Thread thread;
  private final AtomicBoolean rung = new AtomicBoolean();
  private final StreamKind kind;
  private final Consumer<StreamClient> closed;
  private boolean over;

  StreamClient(StreamKind kind, Thread thread, Consumer<StreamClient> closed) {
    this.thread = thread;
    this.kind = kind;
    this.closed = closed;
  }

  StreamKind kind() {
    return kind;
  }

  /** Any thread: there is something new. */
  void ring() {
    if (!rung.getAndSet(true)) {
      LockSupport.unpark(thread);
    }
  }

  /**
   * Its own thread: waits until there is something new since it was called last, or the time is
   * over.
   */
  void await(long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    while (!rung.getAndSet(false)) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return;
      }
      LockSupport.parkNanos(this, left);
    }
  }

  /** Any thread: ends the stream though its client may not take what is left. */
  synchronized void interrupt() {
    if (!over) {
      thread.interrupt();
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      over = true;
    }
    closed.accept(this);
  }
}
