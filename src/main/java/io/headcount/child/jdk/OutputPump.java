package io.headcount.child.jdk;

import io.headcount.output.StdStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Reads one stream of a child on a thread of its own and hands each block to the owner, one at a
 * time: it reads on only when the owner has consumed the last. Costs a thread and 16 KiB while the
 * stream is open.
 *
 * <p>The thread holds the stream's monitor from its first read to its last. The JDK's process
 * reaper wants it when the leader has exited, to read the rest into memory and to close the pipe
 * under whoever else still writes; so it waits until we are done.
 *
 * <p>The thread closes the stream itself, because a descriptor that is closed under a thread about
 * to read it may be somebody else's when the read comes. Only one that is blocked in the read,
 * because a process that outlives the run holds the pipe, gets its stream closed by {@link
 * #forceClose}; the thread itself stays until that process writes or ends.
 */
final class OutputPump {
  private static final int BLOCK_BYTES = 16 << 10;

  /** Hears of the stream on the owner thread. */
  interface Sink {
    void output(StdStream stream, ByteBuffer bytes);

    /** The stream is closed; {@code wholly} if its end was read. */
    void outputClosed(boolean wholly);
  }

  private final StdStream name;
  private final InputStream stream;
  private final Executor owner;
  private final Sink sink;
  private final Runnable released;
  private final CountDownLatch gate = new CountDownLatch(1);
  private final Semaphore consumed = new Semaphore(0);
  private final AtomicBoolean streamClosed = new AtomicBoolean();
  private volatile boolean stopping;

  /** Owner thread only. */
  private boolean told;

  /**
   * A pump that stands still.
   *
   * @param released runs once when the descriptor is closed, on any thread
   */
  OutputPump(StdStream name, InputStream stream, Executor owner, Sink sink, Runnable released) {
    this.name = name;
    this.stream = stream;
    this.owner = owner;
    this.sink = sink;
    this.released = released;
  }

  /** Starts the thread; it delivers nothing before {@link #open}. */
  void start(long pid) {
    Thread.ofPlatform()
        .name("child-jdk-" + name.label() + "-" + pid)
        .daemon()
        .stackSize(128 << 10)
        .start(this::run);
  }

  void open() {
    gate.countDown();
  }

  /** Asks the thread to read no more and to close the stream. Owner thread only. */
  void stop() {
    stopping = true;
    open();
  }

  /** Closes the stream under the thread. Owner thread only; a second call changes nothing. */
  void forceClose() {
    stop();
    if (Platform.current().posix()) {
      closeStream();
    } else {
      // On Windows a close waits for the read.
      Thread.ofVirtual().name("child-jdk-close").start(this::closeStream);
    }
    tell(false);
  }

  /** What the thread does; whoever has a thread to spare may do it himself. */
  void run() {
    boolean wholly = false;
    synchronized (stream) {
      try {
        gate.await();
        wholly = pump();
      } catch (IOException e) {
        // A broken pipe has no more to read, and a stream closed by forceClose no more to tell.
        wholly = !stopping;
      } catch (InterruptedException e) {
        // Nobody interrupts this thread; if somebody does, the stream ends here.
        Thread.currentThread().interrupt();
      }
    }
    closeStream();
    boolean end = wholly;
    try {
      owner.execute(() -> tell(end));
    } catch (RejectedExecutionException e) {
      // The adapter is closed: nobody listens any more.
    }
  }

  /** Whether the end was read. */
  private boolean pump() throws IOException, InterruptedException {
    byte[] block = new byte[BLOCK_BYTES];
    while (!stopping) {
      int length = stream.read(block);
      if (length < 0) {
        return true;
      }
      try {
        owner.execute(() -> deliver(ByteBuffer.wrap(block, 0, length)));
      } catch (RejectedExecutionException e) {
        return false;
      }
      consumed.acquire();
    }
    return false;
  }

  private void deliver(ByteBuffer bytes) {
    try {
      sink.output(name, bytes);
    } finally {
      consumed.release();
    }
  }

  private void tell(boolean wholly) {
    if (!told) {
      told = true;
      sink.outputClosed(wholly);
    }
  }

  private void closeStream() {
    if (streamClosed.compareAndSet(false, true)) {
      try {
        stream.close();
      } catch (IOException e) {
        // close(2) gives the descriptor back whatever it answers.
      }
      released.run();
    }
  }
}
