package io.headcount.output;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A run of consecutive journal bytes and the chunks they came in. One writer fills it; readers look
 * only below the offset that the journal has published, so they need no lock. They read the number
 * of chunks before the array of their starts: the array only grows, so it is long enough.
 *
 * <p>Costs its capacity, and 12 bytes a chunk. A chunk that follows one of the same stream in the
 * same millisecond joins it.
 */
final class Segment implements Piece {
  /** Most bytes that a segment has. */
  static final int LARGEST = 1 << 16;

  /** What a chunk costs in memory and on disk: where it starts, and its time. */
  static final int CHUNK_BYTES = Integer.BYTES + Long.BYTES;

  private static final int MAX_CHUNKS = 4096;
  private static final int STDERR_BIT = 1 << 31;

  /** Room for any segment that is saved. */
  static final int MOST_SAVED = LARGEST + MAX_CHUNKS * CHUNK_BYTES;

  private final long start;
  private final long stdoutBefore;
  private final byte[] data;
  private int size;

  /** What the segments before this one cost in memory. Owner only. */
  long sealedBefore;

  /** Where each chunk starts, relative to {@link #start}; the sign bit says which stream. */
  private volatile int[] chunkStarts = new int[2];

  private volatile long[] chunkTimes = new long[2];
  private volatile int chunks;

  /** Memory that the budget of all journals counts for this segment. Guarded by this. */
  private long charged;

  Segment(long start, long stdoutBefore, int capacity) {
    this.start = start;
    this.stdoutBefore = stdoutBefore;
    this.data = new byte[capacity];
  }

  /** A segment as it was saved. */
  Segment(long start, long stdoutBefore, byte[] data, ByteBuffer index) {
    this.start = start;
    this.stdoutBefore = stdoutBefore;
    this.data = data;
    this.size = data.length;
    int count = index.remaining() / CHUNK_BYTES;
    int[] starts = new int[count];
    long[] times = new long[count];
    for (int i = 0; i < count; i++) {
      starts[i] = index.getInt();
      times[i] = index.getLong();
    }
    chunkTimes = times;
    chunkStarts = starts;
    chunks = count;
  }

  @Override
  public long start() {
    return start;
  }

  @Override
  public long stdoutBefore() {
    return stdoutBefore;
  }

  @Override
  public Segment segment() {
    return this;
  }

  int capacity() {
    return data.length;
  }

  /** Bytes written; for others than the writer once the segment is sealed. */
  int size() {
    return size;
  }

  /** Journal offset after the last byte; as {@link #size}. */
  long end() {
    return start + size;
  }

  int chunkCount() {
    return chunks;
  }

  @Override
  public long footprint() {
    return data.length + (long) CHUNK_BYTES * chunkStarts.length;
  }

  /** How much more memory it holds than was told by the call before. */
  synchronized long charge() {
    long more = footprint() - charged;
    charged += more;
    return more;
  }

  /** Takes back all that was told; a second call takes nothing. */
  synchronized long uncharge() {
    long all = charged;
    charged = 0;
    return all;
  }

  static int savedBytes(int size, int chunks) {
    return size + chunks * CHUNK_BYTES;
  }

  /** Writes a sealed segment: the chunks, then the bytes. */
  void save(ByteBuffer target) {
    int count = chunks;
    for (int i = 0; i < count; i++) {
      target.putInt(chunkStarts[i]).putLong(chunkTimes[i]);
    }
    target.put(data, 0, size);
  }

  /** Writer only. Copies what fits and returns how much that was; 0 means the segment is full. */
  int append(StdStream stream, ByteBuffer source, long timeMillis) {
    int length = Math.min(source.remaining(), data.length - size);
    if (length == 0 || !openChunk(stream, timeMillis)) {
      return 0;
    }
    source.get(data, size, length);
    size += length;
    return length;
  }

  private boolean openChunk(StdStream stream, long timeMillis) {
    int count = chunks;
    int last = count - 1;
    if (last >= 0 && streamOf(chunkStarts[last]) == stream && chunkTimes[last] == timeMillis) {
      return true;
    }
    if (count == MAX_CHUNKS) {
      return false;
    }
    if (count == chunkStarts.length) {
      chunkTimes = Arrays.copyOf(chunkTimes, count * 2);
      chunkStarts = Arrays.copyOf(chunkStarts, count * 2);
    }
    chunkStarts[count] = stream == StdStream.STDERR ? size | STDERR_BIT : size;
    chunkTimes[count] = timeMillis;
    chunks = count + 1;
    return true;
  }

  /**
   * Copies bytes of the chunk at {@code position} that lie below {@code limit}, both journal
   * offsets within this segment.
   */
  OutputRead.Bytes read(long position, long limit, ByteBuffer target, boolean copy) {
    int at = Math.toIntExact(position - start);
    int count = chunks;
    int[] starts = chunkStarts;
    int chunk = chunkAt(starts, count, at);
    long chunkEnd = chunk + 1 < count ? start + offsetOf(starts[chunk + 1]) : limit;
    int available = Math.toIntExact(Math.min(chunkEnd, limit) - position);
    int length = copy ? Math.min(available, target.remaining()) : available;
    if (copy) {
      target.put(data, at, length);
    }
    return new OutputRead.Bytes(streamOf(starts[chunk]), position, length, chunkTimes[chunk]);
  }

  /** Bytes of standard output in this segment below {@code limit}, a journal offset. */
  long stdoutBelow(long limit) {
    int end = Math.toIntExact(limit - start);
    int count = chunks;
    int[] starts = chunkStarts;
    long total = 0;
    for (int i = 0; i < count; i++) {
      int from = offsetOf(starts[i]);
      int to = i + 1 < count ? Math.min(offsetOf(starts[i + 1]), end) : end;
      if (streamOf(starts[i]) == StdStream.STDOUT && from < to) {
        total += to - from;
      }
    }
    return total;
  }

  /**
   * Journal offset of the byte with {@code skip} bytes of {@code stream} before it in this segment.
   */
  long offsetAfter(StdStream stream, long skip, long limit) {
    int end = Math.toIntExact(limit - start);
    int count = chunks;
    int[] starts = chunkStarts;
    long left = skip;
    for (int i = 0; i < count; i++) {
      int from = offsetOf(starts[i]);
      int to = i + 1 < count ? Math.min(offsetOf(starts[i + 1]), end) : end;
      if (streamOf(starts[i]) == stream && from < to) {
        if (left < to - from) {
          return start + from + left;
        }
        left -= to - from;
      }
    }
    return limit;
  }

  /** The last chunk that starts at or before {@code at}. */
  private static int chunkAt(int[] starts, int count, int at) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (offsetOf(starts[middle]) <= at) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private static int offsetOf(int chunkStart) {
    return chunkStart & ~STDERR_BIT;
  }

  private static StdStream streamOf(int chunkStart) {
    return (chunkStart & STDERR_BIT) == 0 ? StdStream.STDOUT : StdStream.STDERR;
  }
}
