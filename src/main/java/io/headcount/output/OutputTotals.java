package io.headcount.output;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a journal holds at one moment. Offsets and counts are bytes since the start of the run.
 *
 * @param first offset of the oldest byte still held
 * @param next offset that the next byte will get
 * @param stdoutBytes bytes read from standard output so far
 * @param stderrBytes bytes read from standard error so far
 * @param complete whether the run has settled, so that nothing more will come
 * @param truncated whether somebody still held the other end when reading stopped
 * @param lastAppendAt when the newest byte was read, null before the first
 */
public record OutputTotals(
    long first,
    long next,
    long stdoutBytes,
    long stderrBytes,
    boolean complete,
    boolean truncated,
    @Nullable Instant lastAppendAt) {

  /** Bytes that were read and are no longer held. */
  public long droppedBytes() {
    return first;
  }
}
