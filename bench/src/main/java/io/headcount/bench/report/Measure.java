package io.headcount.bench.report;

import org.jspecify.annotations.Nullable;

/**
 * What is measured of every contender: a line of the table, a group of bars, or a point of a line
 * that shows how something grows. Two that are equal are the same measure.
 *
 * @param section the {@link Section#title} it belongs to
 * @param work what is done, such as {@code no-op}
 * @param unit of its figures, such as {@code children/s}
 * @param better which figures are the good ones
 * @param size how much of it, if it is measured at several sizes
 */
public record Measure(
    String section, String work, String unit, Better better, @Nullable Size size) {

  /** Which figures are the good ones. */
  public enum Better {
    HIGHER,
    LOWER
  }

  /**
   * How much work it is.
   *
   * @param amount 0 or more
   * @param of what, a plural that ends in s, such as {@code callers}
   */
  public record Size(double amount, String of) {
    @Override
    public String toString() {
      return amount == 1 ? "1 " + of.replaceFirst("s$", "") : Median.count(amount) + " " + of;
    }
  }

  /** One whose higher figures are the good ones. */
  public static Measure higher(String section, String work, String unit) {
    return new Measure(section, work, unit, Better.HIGHER, null);
  }

  /** One whose lower figures are the good ones. */
  public static Measure lower(String section, String work, String unit) {
    return new Measure(section, work, unit, Better.LOWER, null);
  }

  /** The same at a size: {@code at(2, "callers")}. */
  public Measure at(double amount, String of) {
    return new Measure(section, work, unit, better, new Size(amount, of));
  }

  /** The same whatever the amount: those that are equal in this are the points of one line. */
  Measure line() {
    return size == null ? this : at(0, size.of);
  }

  /** {@code no-op, 2 callers}. */
  public String name() {
    return size == null ? work : work + ", " + size;
  }
}
