package io.headcount.child.linux;

import io.headcount.child.linux.libc.Epoll;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.NativeBuffer;
import io.headcount.output.StdStream;
import java.nio.ByteBuffer;
import java.util.function.BiConsumer;

/**
 * The end to read of one of a child's streams. Always drained, whether anyone wants the bytes or
 * not. Owner thread only.
 */
final class LinuxOutput {
  /** Reads in a row before others have their turn. */
  private static final int READS_A_TURN = 8;

  private final EventLoop loop;
  private final FdEnd pipe;
  private final StdStream stream;
  private final BiConsumer<StdStream, ByteBuffer> sink;
  private final Runnable onEnd;

  /**
   * Takes over the pipe, which nobody watches yet.
   *
   * @param onEnd runs at end-of-file, when nobody can write any more
   */
  LinuxOutput(
      EventLoop loop,
      FdEnd pipe,
      StdStream stream,
      BiConsumer<StdStream, ByteBuffer> sink,
      Runnable onEnd) {
    this.loop = loop;
    this.pipe = pipe;
    this.stream = stream;
    this.sink = sink;
    this.onEnd = onEnd;
  }

  /** Reads what comes, from now on. */
  void watch() {
    pipe.watch(Epoll.IN, _ -> read(READS_A_TURN));
  }

  /** Whether nobody writes any more: what is there can be read to its end. */
  boolean isComplete() {
    return Libc.isHungUp(pipe.number());
  }

  boolean isOpen() {
    return pipe.isOpen();
  }

  /** Reads what is there, at most {@code turns} buffers of it. */
  void read(int turns) {
    NativeBuffer buffer = loop.buffer();
    for (int turn = 0; turn < turns && pipe.isOpen(); turn++) {
      int length = readNext(buffer);
      if (length > 0) {
        sink.accept(stream, buffer.view(length));
      } else if (length == 0 || length == -Errno.EIO) { // EIO: nobody has the terminal open
        close();
        onEnd.run();
      } else if (length != -Errno.EINTR) {
        return;
      }
    }
  }

  /**
   * Of a terminal that was just closed the kernel may say EIO before what was written last can be
   * read: it looks for bytes, then whether the other side is closed, and both may happen between. A
   * read behind that finds them, so only the second EIO in a row is the end.
   */
  private int readNext(NativeBuffer buffer) {
    int length = Libc.read(pipe.number(), buffer);
    return length == -Errno.EIO ? Libc.read(pipe.number(), buffer) : length;
  }

  /** Closes the pipe; what was not read is lost, so read before. Again changes nothing. */
  void close() {
    pipe.close();
  }
}
