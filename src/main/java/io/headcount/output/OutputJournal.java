package io.headcount.output;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All that a run's command wrote, as one append-only sequence of bytes in the order they were read,
 * each with its stream and time. The byte offset is the only cursor.
 *
 * <p>One thread appends (the owner of the run); any number read, without a lock and at their own
 * speed. Bytes live in segments of up to 64 KiB; past {@code retainBytes} the oldest segment goes
 * to disk, where its store has one, and is written there by another thread; past the limits of the
 * disk the oldest is dropped. An empty journal costs some small objects: segments start at 1 KiB
 * and grow. Appending copies each byte once, allocates only segments and never waits.
 *
 * <p>Publication: a segment's bytes are written first, the stream's total (volatile) after them.
 * {@link #next} is the sum of the two totals, so every byte below it is in place.
 */
public final class OutputJournal {
  private static final int SMALLEST_SEGMENT = 1 << 8;

  /** The smallest that the largest may be when much of it may be on disk, so that few suffice. */
  private static final int SMALLEST_SPILLED = 1 << 14;

  private final long retainBytes;
  private final int largestSegment;
  private final Held held;

  private volatile long stdoutBytes;
  private volatile long stderrBytes;
  private volatile long lastAppendMillis;
  private volatile long lastAppendNanos;
  private volatile boolean complete;
  private volatile boolean truncated;
  private volatile int waiters;

  /**
   * A journal that has no disk, and no budget but its own.
   *
   * @param retainBytes how much to hold in memory, at least 1; what is older is dropped
   */
  public OutputJournal(long retainBytes) {
    this(retainBytes, OutputStore.inMemory(Long.MAX_VALUE));
  }

  OutputJournal(long retainBytes, OutputStore store) {
    if (retainBytes < 1) {
      throw new IllegalArgumentException("retainBytes: expected at least 1, got " + retainBytes);
    }
    this.retainBytes = retainBytes;
    this.held = new Held(store);
    int smallest = held.hasDisk() ? SMALLEST_SPILLED : SMALLEST_SEGMENT;
    this.largestSegment =
        (int) Math.clamp(retainBytes / 4, (long) smallest, (long) Segment.LARGEST);
  }

  /**
   * Appends all remaining bytes of {@code source}. Owner thread only; ignored once complete, so
   * that nothing is delivered after a run has settled.
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  public void append(StdStream stream, ByteBuffer source) {
    if (complete || !source.hasRemaining()) {
      return;
    }
    long now = System.currentTimeMillis();
    lastAppendMillis = now;
    lastAppendNanos = System.nanoTime();
    while (source.hasRemaining()) {
      Segment newest = held.newest();
      int written = newest == null ? 0 : newest.append(stream, source, now);
      if (written == 0) {
        addSegment(newest, source.remaining());
      } else if (stream == StdStream.STDOUT) {
        stdoutBytes = stdoutBytes + written;
      } else {
        stderrBytes = stderrBytes + written;
      }
    }
    wakeWaiters();
  }

  /** Closes the journal. Owner thread only; a second call changes nothing. */
  public void complete(boolean wasTruncated) {
    if (!complete) {
      truncated = wasTruncated;
      complete = true;
      held.retireAll();
      wakeWaiters();
    }
  }

  /** Offset that the next byte will get. */
  public long next() {
    return stdoutBytes + stderrBytes;
  }

  /** Offset of the oldest byte that is held, or of the next one if none is. */
  long first() {
    return Math.min(held.first(), next());
  }

  /** {@link System#nanoTime} of the newest byte; meaningful once {@link #next} is above 0. */
  public long lastAppendNanos() {
    return lastAppendNanos;
  }

  /** Memory and disk that the journal holds, in bytes. */
  public long heldBytes() {
    return held.bytes();
  }

  /**
   * The run is forgotten: deletes what is on disk, and stops counting what is in memory. Once
   * complete; any thread. Who still reads finds a gap.
   */
  public void discard() {
    held.discard();
  }

  /** Looks whether what is on disk is there, and lets go of what is not. Touches the disk. */
  public void verify() {
    held.dropLost(0);
  }

  /** What the journal holds now. */
  public OutputTotals totals() {
    boolean done = complete;
    long out = stdoutBytes;
    long err = stderrBytes;
    Instant last = out + err == 0 ? null : Instant.ofEpochMilli(lastAppendMillis);
    long first = Math.min(held.first(), out + err);
    return new OutputTotals(first, out + err, out, err, done, done && truncated, last);
  }

  /** The totals as a reader of one stream sees them: offsets count only that stream's bytes. */
  public OutputTotals totals(StdStream stream) {
    OutputTotals all = totals();
    Piece[] current = held.pieces();
    long dropped = current.length == 0 ? 0 : current[0].before(stream);
    long next = stream == StdStream.STDOUT ? all.stdoutBytes() : all.stderrBytes();
    return new OutputTotals(
        Math.min(dropped, next),
        next,
        all.stdoutBytes(),
        all.stderrBytes(),
        all.complete(),
        all.truncated(),
        all.lastAppendAt());
  }

  /** A cursor over both streams. */
  public OutputCursor cursor(long offset) {
    return new OutputCursor(this, checked(offset), null);
  }

  /**
   * A cursor over one stream. If the byte asked for is no longer held, the first read is a gap,
   * whose start is then only known to be no later than that byte.
   *
   * @param streamOffset how many bytes of that stream to pass over
   * @throws IllegalArgumentException if the stream has not that many bytes yet
   */
  public OutputCursor cursor(StdStream stream, long streamOffset) {
    return new OutputCursor(this, journalOffset(stream, checked(streamOffset)), stream);
  }

  OutputRead read(long position, ByteBuffer target, @Nullable StdStream only) {
    while (true) {
      boolean done = complete;
      long limit = next();
      if (position >= limit) {
        return done ? OutputRead.END : OutputRead.NOTHING;
      }
      Piece[] current = held.pieces();
      if (position < current[0].start()) {
        return new OutputRead.Gap(position, current[0].start());
      }
      int index = Held.pieceAt(current, position);
      Piece next = index + 1 < current.length ? current[index + 1] : null;
      long end = next == null ? limit : Math.min(limit, next.start());
      if (only != null && next != null && next.before(only) == current[index].before(only)) {
        return new OutputRead.Bytes(other(only), position, (int) (end - position), 0);
      }
      Segment segment = current[index].segment();
      if (segment == null) {
        held.dropLost(end); // unless it was dropped before
        continue;
      }
      if (only != null) {
        OutputRead.Bytes chunk = segment.read(position, end, target, false);
        if (chunk.stream() != only) {
          return chunk;
        }
      }
      return segment.read(position, end, target, true);
    }
  }

  boolean awaitBeyond(long offset, long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    synchronized (this) {
      waiters = waiters + 1;
      try {
        while (next() <= offset && !complete) {
          long left = deadline - System.nanoTime();
          if (left <= 0) {
            return false;
          }
          TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
      } finally {
        waiters = waiters - 1;
      }
    }
  }

  /** Readers announce themselves before they look again, so a byte is never missed. */
  private void wakeWaiters() {
    if (waiters > 0) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  private void addSegment(@Nullable Segment newest, int wanted) {
    int previous = newest == null ? 0 : newest.capacity();
    long capacity = Math.max(Math.max(previous * 4L, wanted), SMALLEST_SEGMENT);
    held.add(new Segment(next(), stdoutBytes, (int) Math.min(capacity, largestSegment)));
    held.retire(retainBytes, largestSegment);
  }

  private long journalOffset(StdStream stream, long streamOffset) {
    long written = stream == StdStream.STDOUT ? stdoutBytes : stderrBytes;
    if (streamOffset > written) {
      throw new IllegalArgumentException(
          "streamOffset: expected at most the %d bytes of %s, got %d"
              .formatted(written, stream.label(), streamOffset));
    }
    while (true) {
      long limit = next();
      Piece[] current = held.pieces();
      if (current.length == 0 || streamOffset < current[0].before(stream)) {
        return streamOffset;
      }
      int index = 0;
      while (index + 1 < current.length && current[index + 1].before(stream) <= streamOffset) {
        index++;
      }
      long end = index + 1 < current.length ? Math.min(limit, current[index + 1].start()) : limit;
      Segment segment = current[index].segment();
      if (segment != null) {
        return end <= segment.start()
            ? limit
            : segment.offsetAfter(stream, streamOffset - segment.before(stream), end);
      }
      held.dropLost(end);
    }
  }

  private static StdStream other(StdStream stream) {
    return stream == StdStream.STDOUT ? StdStream.STDERR : StdStream.STDOUT;
  }

  private static long checked(long offset) {
    if (offset < 0) {
      throw new IllegalArgumentException("offset: expected 0 or more, got " + offset);
    }
    return offset;
  }
}
