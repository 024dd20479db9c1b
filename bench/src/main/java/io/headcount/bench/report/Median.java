package io.headcount.bench.report;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * The middle of some figures, and how far they lie apart.
 *
 * @param middle the median
 * @param least the smallest
 * @param most the largest
 * @param rounds how many figures
 */
public record Median(double middle, double least, double most, int rounds) {

  /** Of at least one figure. */
  public static Median of(Collection<Double> figures) {
    List<Double> sorted = figures.stream().sorted().toList();
    int half = sorted.size() / 2;
    double middle =
        sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    return new Median(middle, sorted.getFirst(), sorted.getLast(), sorted.size());
  }

  /** {@code 1,840}. */
  public String text() {
    return text(middle);
  }

  /** {@code 1,790 to 1,902}. */
  public String spread() {
    return text(least) + " to " + text(most);
  }

  /** Three digits that count, more of a large number. */
  static String text(double figure) {
    double size = Math.abs(figure);
    String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, figure);
  }

  /** A whole number as one, {@code 8,000}. */
  static String count(double number) {
    return number == Math.rint(number) ? String.format(Locale.ROOT, "%,.0f", number) : text(number);
  }
}
