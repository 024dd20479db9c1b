package io.headcount.bench.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table for people: as plain text with columns as wide as they need be, or as Markdown. */
final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  Table(List<String> header) {
    rows.add(header);
  }

  void row(List<String> cells) {
    rows.add(cells);
  }

  boolean empty() {
    return rows.size() == 1;
  }

  String markdown() {
    List<List<String>> lines = new ArrayList<>(rows);
    lines.add(1, Collections.nCopies(rows.getFirst().size(), "---"));
    return lines.stream()
        .map(line ->
            line.stream()
                .map(cell -> cell.replace("|", "\\|"))
                .collect(Collectors.joining(" | ", "| ", " |\n")))
        .collect(Collectors.joining());
  }

  @Override
  public String toString() {
    List<Integer> widths =
        IntStream.range(0, rows.getFirst().size())
            .mapToObj(
                column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toList();
    return rows.stream()
        .map(row ->
            IntStream.range(0, row.size())
                .mapToObj(column ->
                    String.format(
                        Locale.ROOT, "%-" + Math.max(1, widths.get(column)) + "s", row.get(column)))
                .collect(Collectors.joining("  "))
                .stripTrailing())
        .collect(Collectors.joining("\n", "", "\n"));
  }
}
