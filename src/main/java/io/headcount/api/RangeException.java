package io.headcount.api;

import org.jspecify.annotations.Nullable;

/** A range of the output cannot be served. */
final class RangeException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final ProblemCode code;
  private final @Nullable Long first;
  private final @Nullable Long total;

  private RangeException(
      ProblemCode code, String message, @Nullable Long first, @Nullable Long total) {
    super(message, null, false, false);
    this.code = code;
    this.first = first;
    this.total = total;
  }

  static RangeException gone(long start, long first) {
    return new RangeException(
        ProblemCode.OUTPUT_GONE,
        "Byte " + start + " is no longer held; the oldest that is held is " + first + ".",
        first,
        null);
  }

  static RangeException otherBoot(String asked, String bootId) {
    return new RangeException(
        ProblemCode.OUTPUT_GONE,
        "The id is of another life of the service (boot "
            + asked
            + ", this is "
            + bootId
            + "), whose output is not held any more. Start over without Last-Event-ID.",
        null,
        null);
  }

  static RangeException beyond(long start, long next, boolean complete) {
    return new RangeException(
        ProblemCode.RANGE_NOT_SATISFIABLE,
        complete
            ? "The output ends at byte " + next + ", and byte " + start + " was asked for."
            : "Byte " + start + " is not written yet; the next one will be " + next + ".",
        null,
        complete ? next : null);
  }

  ProblemCode code() {
    return code;
  }

  /** Offset of the oldest byte that is held, where that is the trouble. */
  @Nullable Long first() {
    return first;
  }

  /** How long the output is, once that is known. */
  @Nullable Long total() {
    return total;
  }
}
