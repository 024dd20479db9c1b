package io.headcount.api;

import io.headcount.output.OutputTotals;
import org.jspecify.annotations.Nullable;

/**
 * Which bytes of an output an answer has.
 *
 * @param start the first
 * @param end after the last; {@link Long#MAX_VALUE} is the end of the run
 * @param open whether the answer goes on as the output grows, so that its length is not known
 * @param partial whether it answers a range, with status 206
 * @param total how long the output is; null while it may grow
 */
record OutputSlice(long start, long end, boolean open, boolean partial, @Nullable Long total) {
  /** Stands for a last byte that is not known yet (RFC 8673, 2.1): exact in every JSON reader. */
  static final long VERY_LARGE = (1L << 53) - 1;

  /**
   * Chooses.
   *
   * @param totals what is held
   * @param range what the client asked for, null for all
   * @param tail the last so many bytes, as far as they are held; null for all
   * @param follow whether to go on as the output grows
   * @throws RangeException if the bytes are no longer held, or not there
   */
  static OutputSlice of(
      OutputTotals totals, @Nullable ByteRange range, @Nullable Long tail, boolean follow) {
    boolean open = follow && !totals.complete();
    long next = totals.next();
    long end = open ? Long.MAX_VALUE : next;
    Long total = totals.complete() ? next : null;
    if (tail != null) {
      long start = Math.max(totals.first(), next - Math.min(tail, next));
      return new OutputSlice(start, end, open, false, total);
    }
    return switch (range) {
      case null -> new OutputSlice(totals.first(), end, open, false, total);
      case ByteRange.From(long first, Long last) -> {
        if (first < totals.first()) {
          throw RangeException.gone(first, totals.first());
        }
        if (first >= next && !open) {
          throw RangeException.beyond(first, next, totals.complete());
        }
        long wanted = last == null || last == Long.MAX_VALUE ? Long.MAX_VALUE : last + 1;
        yield new OutputSlice(first, Math.min(wanted, end), open, true, total);
      }
      case ByteRange.Suffix(long length) -> {
        if (length == 0) {
          throw RangeException.beyond(next, next, totals.complete());
        }
        if (next == 0) { // nothing to take a part of: the whole of it
          yield new OutputSlice(0, end, open, false, total);
        }
        long start = next - Math.min(length, next);
        if (start < totals.first()) {
          throw RangeException.gone(start, totals.first());
        }
        yield new OutputSlice(start, end, open, true, total);
      }
    };
  }

  /** How many bytes, where that is known. */
  @Nullable Long length() {
    return open ? null : end - start;
  }

  /** The value of {@code Content-Range}. */
  String contentRange() {
    long last = end == Long.MAX_VALUE ? VERY_LARGE : end - 1;
    return "bytes " + start + "-" + last + "/" + (total == null ? "*" : total);
  }
}
