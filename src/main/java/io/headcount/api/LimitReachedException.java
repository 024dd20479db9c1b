package io.headcount.api;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A caller, or all of them, have as much of something as they may. */
final class LimitReachedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final LimitRefusals.Limit limit;
  private final @Nullable Duration retryAfter;

  /**
   * A refusal.
   *
   * @param retryAfter when there will be room; null if nobody knows
   */
  LimitReachedException(LimitRefusals.Limit limit, String message, @Nullable Duration retryAfter) {
    super(message, null, false, false);
    this.limit = limit;
    this.retryAfter = retryAfter;
  }

  LimitRefusals.Limit limit() {
    return limit;
  }

  @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
