package io.headcount.api;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.stereotype.Component;

/** Counts the requests that met a limit. They are in no log: a flood of them would be one there. */
@Component
public final class LimitRefusals {
  private final Map<Limit, LongAdder> totals = new EnumMap<>(Limit.class);

  /** What there may be only so much of. */
  public enum Limit {
    /** Requests of a caller in a second. */
    RATE,
    /** Requests of a caller in progress. */
    REQUESTS,
    /** Memory for the bodies of all requests. */
    BODIES,
    /** Streams of a caller. */
    STREAMS,
    /** Streams of all callers. */
    ALL_STREAMS;

    /** The name in meters. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  LimitRefusals() {
    for (Limit limit : Limit.values()) {
      totals.put(limit, new LongAdder());
    }
  }

  /** How many there were. */
  public long total(Limit limit) {
    return counter(limit).sum();
  }

  void count(Limit limit) {
    counter(limit).increment();
  }

  private LongAdder counter(Limit limit) {
    return Objects.requireNonNull(totals.get(limit));
  }
}
