package io.headcount.bench.report;

import java.util.Optional;
import java.util.function.Function;

/**
 * What a run must show.
 *
 * @param id the key of the reason, should it be missed, in {@code reasons.properties}
 * @param text what, in words
 * @param least whether the figure must be at least the limit, or else at most
 * @param limit of the median
 * @param figure from the report; empty if it was not measured, which is a miss
 */
public record Target(
    String id,
    String text,
    boolean least,
    double limit,
    Function<Report, Optional<Median>> figure) {

  public static Target atLeast(
      double limit, String id, String text, Function<Report, Optional<Median>> figure) {
    return new Target(id, text, true, limit, figure);
  }

  public static Target atMost(
      double limit, String id, String text, Function<Report, Optional<Median>> figure) {
    return new Target(id, text, false, limit, figure);
  }

  String bound() {
    return (least ? "at least " : "at most ") + Median.text(limit);
  }

  boolean reachedBy(Median median) {
    return least ? median.middle() >= limit : median.middle() <= limit;
  }
}
