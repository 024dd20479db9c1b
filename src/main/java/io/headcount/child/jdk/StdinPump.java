package io.headcount.child.jdk;

import io.headcount.child.Child.StdinResult;
import io.headcount.child.Owner;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a child's standard input. A blocking stream cannot say how much of a write it has
 * taken, so a ring of 64 KiB stands before it: a byte is accepted when it is in the ring, and a
 * thread moves the ring's bytes on, in order and once. With the pipe full the ring fills, and a
 * write that still does not fit after a while is answered with the part that did.
 *
 * <p>The thread closes the stream: a close waits for a blocked write. A write stays blocked only as
 * long as a process that outlives the run holds the other end and does not read.
 */
final class StdinPump {
  private static final int RING_BYTES = 64 << 10;

  /** What the JDK's own buffer passes on without copying. */
  private static final int WRITE_BYTES = 8 << 10;

  private final OutputStream stream;
  private final Owner owner;
  private final long waitNanos;
  private final Runnable ended;
  private final Runnable closed;
  private final Runnable released;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final byte[] ring = new byte[RING_BYTES];
  private int head;
  private int size;
  private boolean ending;
  private boolean cut;
  private boolean ownerWaits;

  /** Owner thread only. */
  private final ArrayDeque<Write> writes = new ArrayDeque<>();

  private boolean open = true;

  /**
   * A pump that stands still.
   *
   * @param ended runs on the owner thread once it takes no more
   * @param closed runs on the owner thread when the stream is closed
   * @param released runs once when the descriptor is closed, on any thread
   */
  StdinPump(
      OutputStream stream,
      Owner owner,
      long waitNanos,
      Runnable ended,
      Runnable closed,
      Runnable released) {
    this.stream = stream;
    this.owner = owner;
    this.waitNanos = waitNanos;
    this.ended = ended;
    this.closed = closed;
    this.released = released;
  }

  void start(long pid) {
    Thread.ofPlatform()
        .name("child-jdk-stdin-" + pid)
        .daemon()
        .stackSize(128 << 10)
        .start(this::run);
  }

  /** Whether it takes more. Owner thread only. */
  boolean isOpen() {
    return open;
  }

  /** Writes within the time a full pipe is allowed. Owner thread only. */
  CompletableFuture<StdinResult> write(ByteBuffer bytes, boolean eof) {
    return add(new Write(bytes.duplicate(), eof, true));
  }

  /** Writes all, however long it takes, then closes. Owner thread only. */
  void writeAllAndClose(byte[] bytes) {
    var _ = add(new Write(ByteBuffer.wrap(bytes), true, false));
  }

  /** Drops what was not written and closes. Owner thread only; a second call changes nothing. */
  void cut() {
    lock.lock();
    try {
      cut = true;
      size = 0;
      changed.signal();
    } finally {
      lock.unlock();
    }
    refuseAll();
  }

  private CompletableFuture<StdinResult> add(Write write) {
    writes.add(write);
    fill();
    return write.result;
  }

  /** Moves what is waiting into the ring, as far as there is room. */
  private void fill() {
    while (open && !writes.isEmpty()) {
      Write write = writes.getFirst();
      write.accepted += accept(write);
      if (write.bytes.hasRemaining()) {
        if (write.timed && write.timer == null) {
          write.timer = owner.schedule(waitNanos, () -> giveUp(write));
        }
        return;
      }
      if (write.eof) {
        end();
      }
      answer(writes.removeFirst());
    }
    if (!open) {
      refuseAll();
    }
  }

  private int accept(Write write) {
    lock.lock();
    try {
      int accepted = 0;
      while (write.bytes.hasRemaining() && size < RING_BYTES && !cut) {
        int to = (head + size) % RING_BYTES;
        int room = Math.min(RING_BYTES - size, RING_BYTES - to);
        int length = Math.min(room, write.bytes.remaining());
        write.bytes.get(ring, to, length);
        size += length;
        accepted += length;
      }
      ownerWaits = write.bytes.hasRemaining();
      ending |= write.eof && !ownerWaits;
      changed.signal();
      return accepted;
    } finally {
      lock.unlock();
    }
  }

  private void giveUp(Write write) {
    write.timer = null;
    if (writes.remove(write)) {
      answer(write);
      fill();
    }
  }

  private void refuseAll() {
    end();
    while (!writes.isEmpty()) {
      answer(writes.removeFirst());
    }
  }

  private void end() {
    if (open) {
      open = false;
      ended.run();
    }
  }

  private void answer(Write write) {
    if (write.timer != null) {
      write.timer.cancel();
      write.timer = null;
    }
    write.result.complete(new StdinResult(write.accepted, open));
  }

  private void run() {
    try {
      int length = await();
      while (length > 0) {
        stream.write(ring, head, length);
        stream.flush();
        length = moveOn(length);
      }
    } catch (IOException e) {
      // EPIPE: the child closed its standard input, which ends that and nothing else.
    }
    try {
      stream.close();
    } catch (IOException e) {
      // close(2) gives the descriptor back whatever it answers.
    }
    released.run();
    post(() -> {
      refuseAll();
      closed.run();
    });
  }

  /** Waits for bytes; how many there are in one piece from {@code head}, or 0 at the end. */
  private int await() {
    lock.lock();
    try {
      while (size == 0 && !ending && !cut) {
        changed.awaitUninterruptibly();
      }
      return cut ? 0 : Math.min(Math.min(size, RING_BYTES - head), WRITE_BYTES);
    } finally {
      lock.unlock();
    }
  }

  private int moveOn(int written) {
    lock.lock();
    try {
      if (!cut) {
        head = (head + written) % RING_BYTES;
        size -= written;
      }
      if (ownerWaits) {
        ownerWaits = false;
        post(this::fill);
      }
    } finally {
      lock.unlock();
    }
    return await();
  }

  private void post(Runnable task) {
    try {
      owner.execute(task);
    } catch (RejectedExecutionException e) {
      // The adapter is closed: nobody waits for an answer any more.
    }
  }

  private static final class Write {
    final ByteBuffer bytes;
    final boolean eof;
    final boolean timed;
    final CompletableFuture<StdinResult> result = new CompletableFuture<>();
    int accepted;
    Owner.@Nullable Timer timer;

    Write(ByteBuffer bytes, boolean eof, boolean timed) {
      this.bytes = bytes;
      this.eof = eof;
      this.timed = timed;
    }
  }
}
