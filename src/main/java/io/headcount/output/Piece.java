package io.headcount.output;

import org.jspecify.annotations.Nullable;

/** Consecutive bytes of a journal, in memory or on disk. */
sealed interface Piece permits Segment, SpilledSegment {
  /** Journal offset of the first byte. */
  long start();

  /** Bytes of standard output before this piece. */
  long stdoutBefore();

  /** What it costs where it is, in bytes. */
  long footprint();

  /** The bytes and their chunks; null if they are lost. May read the disk. */
  @Nullable Segment segment();

  /** Bytes of one stream before this piece. */
  default long before(StdStream stream) {
    return stream == StdStream.STDOUT ? stdoutBefore() : start() - stdoutBefore();
  }
}
