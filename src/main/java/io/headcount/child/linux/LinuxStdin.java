package io.headcount.child.linux;

import io.headcount.child.Child.StdinResult;
import io.headcount.child.Owner;
import io.headcount.child.linux.libc.Epoll;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.NativeBuffer;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The end to write of a child's standard input. One write at a time: it goes as far as the pipe
 * takes it, waits for room at most {@link #WAIT_NANOS} since the last byte, and then says how far
 * it got.
 *
 * <p>Owner thread only.
 */
final class LinuxStdin {
  /** How long a pipe may stay full before a write gives up. */
  static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final EventLoop loop;
  private final FdEnd pipe;
  private final Runnable onClose;
  private @Nullable Write current;

  /** A write under way; {@code patient} ones wait for ever. */
  private final class Write {
    private final ByteBuffer bytes;
    private final boolean eof;
    private final boolean patient;
    private final CompletableFuture<StdinResult> result = new CompletableFuture<>();
    private int accepted;
    private Owner.@Nullable Timer timer;

    Write(ByteBuffer bytes, boolean eof, boolean patient) {
      this.bytes = bytes;
      this.eof = eof;
      this.patient = patient;
    }

    void finish() {
      if (timer != null) {
        timer.cancel();
      }
      current = null;
      result.complete(new StdinResult(accepted, pipe.isOpen()));
    }
  }

  /**
   * Takes over the pipe.
   *
   * @param onClose runs when it is closed, by us or because nobody reads it
   */
  LinuxStdin(EventLoop loop, FdEnd pipe, Runnable onClose) {
    this.loop = loop;
    this.pipe = pipe;
    this.onClose = onClose;
    pipe.watch(0, this::ready);
  }

  boolean isOpen() {
    return pipe.isOpen();
  }

  /** Writes all of these, however long the child takes to read them, then closes. */
  void writeAll(byte[] bytes) {
    begin(new Write(ByteBuffer.wrap(bytes), true, true));
  }

  CompletableFuture<StdinResult> write(ByteBuffer bytes, boolean eof) {
    if (current != null) {
      throw new IllegalStateException("a write is under way");
    }
    Write write = new Write(bytes, eof, false);
    begin(write);
    return write.result;
  }

  private void begin(Write write) {
    current = write;
    proceed(write);
    if (current == write) {
      pipe.want(Epoll.OUT);
      if (!write.patient) {
        armTimer(write);
      }
    }
  }

  private void armTimer(Write write) {
    if (write.timer != null) {
      write.timer.cancel();
    }
    write.timer =
        loop.schedule(
            WAIT_NANOS,
            () -> {
              pipe.want(0);
              write.finish();
            });
  }

  /** Room in the pipe, or nobody left to read it. */
  private void ready(int events) {
    Write write = current;
    if ((events & Epoll.ERR) != 0) {
      close();
    } else if (write != null) {
      int before = write.accepted;
      proceed(write);
      if (current == write && !write.patient && write.accepted > before) {
        armTimer(write);
      } else if (current == null) {
        pipe.want(0);
      }
    } else {
      pipe.want(0);
    }
  }

  private void proceed(Write write) {
    NativeBuffer buffer = loop.buffer();
    while (write.bytes.hasRemaining()) {
      int length = Math.min(write.bytes.remaining(), buffer.capacity());
      buffer.view(length).put(write.bytes.slice().limit(length));
      int written = Libc.write(pipe.number(), buffer, length);
      if (written >= 0) {
        write.bytes.position(write.bytes.position() + written);
        write.accepted += written;
      } else if (written == -Errno.EAGAIN) {
        return;
      } else if (written != -Errno.EINTR) {
        close(); // EPIPE, of a terminal EIO: nobody reads it any more
        return;
      }
    }
    if (write.eof) {
      close();
    } else {
      write.finish();
    }
  }

  /** Closes the pipe: the child reads end-of-file. Again changes nothing. */
  void close() {
    if (pipe.isOpen()) {
      pipe.close();
      onClose.run();
    }
    Write write = current;
    if (write != null) {
      write.finish();
    }
  }
}
