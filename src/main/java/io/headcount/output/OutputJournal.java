package io.headcount.output;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All that a run's command wrote, as one append-only sequence of bytes in the order they were read,
 * each with its stream and time. The byte offset is the only cursor.
 *
 * <p>One thread appends (the owner of the run); any number read, without a lock and at their own
 * speed. Bytes live in segments of up to 64 KiB; past {@code retainBytes} the oldest segment goes.
 * An empty journal costs one small object: segments start at 1 KiB and grow. Appending copies each
 * byte once and allocates only segments.
 *
 * <p>Publication: a segment's bytes are written first, the stream's total (volatile) after them.
 * {@link #next} is the sum of the two totals, so every byte below it is in place.
 */
public final class OutputJournal {
  private static final int SMALLEST_SEGMENT = 1 << 10;
  private static final int LARGEST_SEGMENT = 1 << 16;

  private final long retainBytes;
  private final int largestSegment;

  private volatile Segment[] segments = {};
  private volatile long stdoutBytes;
  private volatile long stderrBytes;
  private volatile long lastAppendMillis;
  private volatile long lastAppendNanos;
  private volatile boolean complete;
  private volatile boolean truncated;
  private volatile int waiters;

  /**
   * @param retainBytes how much to hold in memory, at least 1; what is older is dropped
   */
  public OutputJournal(long retainBytes) {
    if (retainBytes < 1) {
      throw new IllegalArgumentException("retainBytes: expected at least 1, got " + retainBytes);
    }
    this.retainBytes = retainBytes;
    this.largestSegment =
        (int) Math.clamp(retainBytes / 4, (long) SMALLEST_SEGMENT, (long) LARGEST_SEGMENT);
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
      Segment[] current = segments;
      int written =
          current.length == 0 ? 0 : current[current.length - 1].append(stream, source, now);
      if (written == 0) {
        addSegment(current, source.remaining());
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
      wakeWaiters();
    }
  }

  /** Offset that the next byte will get. */
  public long next() {
    return stdoutBytes + stderrBytes;
  }

  /** {@link System#nanoTime} of the newest byte; meaningful once {@link #next} is above 0. */
  public long lastAppendNanos() {
    return lastAppendNanos;
  }

  /** Memory that the journal holds, in bytes. */
  public long heldBytes() {
    long held = 0;
    for (Segment segment : segments) {
      held += segment.footprint();
    }
    return held;
  }

  /** What the journal holds now. */
  public OutputTotals totals() {
    boolean done = complete;
    long out = stdoutBytes;
    long err = stderrBytes;
    Instant last = out + err == 0 ? null : Instant.ofEpochMilli(lastAppendMillis);
    Segment[] current = segments;
    long first = current.length == 0 ? 0 : Math.min(current[0].start, out + err);
    return new OutputTotals(first, out + err, out, err, done, done && truncated, last);
  }

  /** The totals as a reader of one stream sees them: offsets count only that stream's bytes. */
  public OutputTotals totals(StdStream stream) {
    OutputTotals all = totals();
    Segment[] current = segments;
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
    boolean done = complete;
    long limit = next();
    if (position >= limit) {
      return done ? OutputRead.END : OutputRead.NOTHING;
    }
    Segment[] current = segments;
    if (position < current[0].start) {
      return new OutputRead.Gap(position, current[0].start);
    }
    int index = segmentAt(current, position);
    Segment segment = current[index];
    long end = index + 1 < current.length ? Math.min(limit, current[index + 1].start) : limit;
    if (only != null) {
      OutputRead.Bytes chunk = segment.read(position, end, target, false);
      if (chunk.stream() != only) {
        return chunk;
      }
    }
    return segment.read(position, end, target, true);
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

  private void addSegment(Segment[] current, int wanted) {
    int previous = current.length == 0 ? 0 : current[current.length - 1].capacity();
    long capacity = Math.max(Math.max(previous * 4L, wanted), SMALLEST_SEGMENT);
    Segment added = new Segment(next(), stdoutBytes, (int) Math.min(capacity, largestSegment));
    long held = 0;
    int keepFrom = current.length;
    while (keepFrom > 0 && held < retainBytes) {
      keepFrom--;
      held += current[keepFrom].footprint();
    }
    Segment[] next = Arrays.copyOfRange(current, keepFrom, current.length + 1);
    next[next.length - 1] = added;
    segments = next;
  }

  private long journalOffset(StdStream stream, long streamOffset) {
    long written = stream == StdStream.STDOUT ? stdoutBytes : stderrBytes;
    if (streamOffset > written) {
      throw new IllegalArgumentException(
          "streamOffset: expected at most the %d bytes of %s, got %d"
              .formatted(written, stream.label(), streamOffset));
    }
    long limit = next();
    Segment[] current = segments;
    for (int i = 0; i < current.length; i++) {
      Segment segment = current[i];
      long end = i + 1 < current.length ? Math.min(limit, current[i + 1].start) : limit;
      if (end <= segment.start) {
        break;
      }
      long stdout = segment.stdoutBelow(end);
      long before = segment.before(stream);
      long inside = stream == StdStream.STDOUT ? stdout : end - segment.start - stdout;
      if (streamOffset < before) {
        return streamOffset;
      }
      if (streamOffset < before + inside) {
        return segment.offsetAfter(stream, streamOffset - before, end);
      }
    }
    return limit;
  }

  private static int segmentAt(Segment[] segments, long position) {
    int low = 0;
    int high = segments.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (segments[middle].start <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private static long checked(long offset) {
    if (offset < 0) {
      throw new IllegalArgumentException("offset: expected 0 or more, got " + offset);
    }
    return offset;
  }
}
