package io.headcount.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.security.Principal;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;

/**
 * One open stream: the thread that serves it, and a bell for whoever has news for it. Ringing never
 * blocks and costs next to nothing until the thread has looked.
 */
final class StreamClient implements AutoCloseable {
  private final Thread thread;
  private final AtomicBoolean rung = new AtomicBoolean();
  private final StreamKind kind;
  private final @Nullable Principal caller;
  private final Consumer<StreamClient> closed;
  private volatile boolean cutOff;
  private boolean over;

  StreamClient(
      StreamKind kind, Thread thread, @Nullable Principal caller, Consumer<StreamClient> closed) {
    this.thread = thread;
    this.kind = kind;
    this.caller = caller;
    this.closed = closed;
  }

  StreamKind kind() {
    return kind;
  }

  /** Whose stream it is, as the request said. */
  @Nullable Principal caller() {
    return caller;
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

  /**
   * Any thread: its caller may no longer have it. Called again while it goes on. A WebSocket is
   * told first and may end by itself, for an interrupt would close its connection in the middle of
   * a frame, and its client would not hear why.
   *
   * @return whether it is told for the first time
   */
  boolean cutOff() {
    boolean first = !cutOff;
    cutOff = true;
    if (kind == StreamKind.ATTACH && first) {
      ring();
    } else {
      interrupt();
    }
    return first;
  }

  boolean isCutOff() {
    return cutOff;
  }

  /**
   * Fails once the caller may have no more: the connection is to be closed, so that nobody takes
   * what there is for all. An interrupt alone could be lost, in Tomcat's wait for a slow client.
   */
  void mayGoOn() throws CloseNowException {
    if (cutOff) {
      throw new CloseNowException("the token of the caller is good no more");
    }
  }

  /** Whether the client of the request is still there, and may be. */
  OutputSource.Liveness liveness(HttpServletRequest request) {
    OutputSource.Liveness connection = ClientLiveness.of(request);
    return new OutputSource.Liveness() {
      @Override
      public void check() throws IOException {
        StreamClient.this.mayGoOn();
        connection.check();
      }

      @Override
      public void mayGoOn() throws IOException {
        StreamClient.this.mayGoOn();
      }
    };
  }

  @Override
  public void close() {
    synchronized (this) {
      over = true;
    }
    closed.accept(this);
  }
}
