package io.headcount.api;

import io.headcount.output.OutputCursor;
import io.headcount.output.OutputJournal;
import io.headcount.output.OutputRead;
import io.headcount.output.OutputTotals;
import io.headcount.output.StdStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;

/**
 * A run's output as one representation: both streams in the order they came, or one of them alone.
 * Every position counts the bytes of that representation.
 *
 * @param journal what the run wrote
 * @param only the stream, null for both
 */
record OutputSource(OutputJournal journal, @Nullable StdStream only) {
  private static final int LARGEST_BLOCK = 1 << 16;
  private static final ByteBuffer NO_BLOCK = ByteBuffer.allocate(0);
  private static final long LOOK_AGAIN_SECONDS = 1;

  OutputTotals totals() {
    return only == null ? journal.totals() : journal.totals(only);
  }

  /** Waits until the byte at {@code position} is there or never will be. */
  OutputTotals awaitByte(long position, Liveness client) throws IOException, InterruptedException {
    while (true) {
      long seen = journal.next();
      OutputTotals totals = totals();
      if (totals.next() > position || totals.complete()) {
        return totals;
      }
      client.check();
      journal.cursor(seen).await(LOOK_AGAIN_SECONDS, TimeUnit.SECONDS);
    }
  }

  /**
   * Copies a slice, at the reader's speed; waits for what is to come if the slice is open.
   *
   * @throws CloseNowException if the retention overtook the reader: the connection is to be closed,
   *     so that nobody takes what there is for all
   */
  void copy(OutputSlice slice, OutputStream target, Liveness client)
      throws IOException, InterruptedException {
    long at = slice.start();
    OutputCursor cursor = only == null ? journal.cursor(at) : journal.cursor(only, at);
    refuseHole(at);
    ByteBuffer block = NO_BLOCK;
    while (at < slice.end()) {
      int room = (int) Math.min(LARGEST_BLOCK, slice.end() - at);
      int held = Math.clamp(journal.next() - cursor.position(), 1, room);
      if (block.capacity() < held) {
        block = ByteBuffer.allocate(held);
      }
      block.clear().limit(Math.min(block.capacity(), room));
      switch (cursor.read(block)) {
        case OutputRead.Bytes bytes -> {
          client.mayGoOn();
          target.write(block.array(), 0, bytes.length());
          at += bytes.length();
        }
        case OutputRead.Gap _ -> refuseHole(at);
        case OutputRead.Nothing _ -> {
          block = NO_BLOCK; // the wait may be long, and followers many
          target.flush();
          client.check();
          cursor.await(LOOK_AGAIN_SECONDS, TimeUnit.SECONDS);
        }
        case OutputRead.End _ -> {
          return;
        }
      }
    }
  }

  private void refuseHole(long at) throws CloseNowException {
    long first = totals().first();
    if (first > at) {
      throw new CloseNowException("bytes " + at + " to " + first + " are no longer held");
    }
  }

  /** Finds out whether somebody is still there to read. */
  @FunctionalInterface
  interface Liveness {
    /** Fails if the client has gone. */
    void check() throws IOException;

    /** Fails if the client may have no more; next to nothing, so for every block. */
    default void mayGoOn() throws IOException {}
  }
}
