package io.headcount.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table for people: a title, and columns as wide as they need be. */
final class Table {
  private final String title;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String title, List<String> header) {
    this.title = title;
    rows.add(header);
  }

  void row(String... cells) {
    rows.add(List.of(cells));
  }

  /** {@code 1840 (1790-1902)}. */
  static String whole(Median figures) {
    return cell("%.0f", figures);
  }

  /** {@code 2.41 (2.35-2.50)}. */
  static String ratio(Median figures) {
    return cell("%.2f", figures);
  }

  private static String cell(String format, Median figures) {
    return (format + " (" + format + "-" + format + ")")
        .formatted(figures.middle(), figures.least(), figures.most());
  }

  @Override
  public String toString() {
    List<Integer> widths =
        IntStream.range(0, rows.getFirst().size())
            .mapToObj(column -> rows.stream().mapToInt(row -> row.get(column).length()).max())
            .map(width -> width.orElse(0))
            .toList();
    return rows.stream()
        .map(row ->
            IntStream.range(0, row.size())
                .mapToObj(column ->
                    String.format(
                        Locale.ROOT, "%-" + Math.max(1, widths.get(column)) + "s", row.get(column)))
                .collect(Collectors.joining("  "))
                .stripTrailing())
        .collect(Collectors.joining("\n", title + "\n\n", "\n"));
  }
}
