package io.headcount.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tables of a report. */
final class Tables {
  private Tables() {}

  /**
   * A section: a line a measure and contender, with its figure and what it is of the base's and of
   * the floor's.
   */
  static Table of(Report report, Section section) {
    List<String> header = new ArrayList<>(List.of("work", "contender", "median", "least to most"));
    List<String> others = new ArrayList<>();
    if (section.base() != null) {
      others.add(section.base());
    }
    if (section.floor() != null) {
      others.add(section.floor());
    }
    others.forEach(other -> header.add("of " + other));
    header.add("rounds");
    Table table = new Table(header);
    for (Measure measure : report.measures(section)) {
      String title = title(measure);
      for (String contender : report.contenders(measure)) {
        Median median = report.median(measure, contender).orElseThrow();
        List<String> row =
            new ArrayList<>(List.of(title, contender, median.text(), median.spread()));
        for (String other : others) {
          row.add(
              other.equals(contender)
                  ? ""
                  : report.ratio(measure, contender, other).map(Tables::ratio).orElse(""));
        }
        row.add(Integer.toString(median.rounds()));
        table.row(row);
        title = "";
      }
      for (var without : report.missing(measure).entrySet()) {
        List<String> row =
            new ArrayList<>(List.of(title, without.getKey(), "none", without.getValue()));
        others.forEach(_ -> row.add(""));
        row.add("0");
        table.row(row);
        title = "";
      }
    }
    return table;
  }

  /** {@code no-op, 2 callers: children/s (more is better)}. */
  private static String title(Measure measure) {
    String better =
        switch (measure.better()) {
          case HIGHER -> "more is better";
          case LOWER -> "less is better";
        };
    return measure.name() + ": " + measure.unit() + " (" + better + ")";
  }

  /** {@code 2.41 (2.35 to 2.50)}. */
  static String ratio(Median ratio) {
    return ratio.text() + " (" + ratio.spread() + ")";
  }

  /** What was to be shown, beside what was. */
  static Table of(List<Check> checks) {
    Table table =
        new Table(List.of("it must show", "target", "measured", "rounds", "reached", "reason"));
    for (Check check : checks) {
      Optional<Median> measured = check.measured();
      table.row(
          List.of(
              check.target().text(),
              check.target().bound(),
              measured.map(Tables::ratio).orElse("nothing"),
              measured.map(median -> Integer.toString(median.rounds())).orElse("0"),
              check.reached() ? "yes" : "no",
              check.reason()));
    }
    return table;
  }

  /** How the figures grow with the size of the work. */
  static Table growth(List<Growth> lines) {
    Table table =
        new Table(List.of("work", "contender", "from", "to", "exponent", "last step", "bends"));
    for (Growth line : lines) {
      table.row(
          List.of(
              line.measure().work() + ": " + line.measure().unit(),
              line.contender(),
              line.from().toString(),
              line.to().toString(),
              Median.text(line.exponent()),
              Median.text(line.lastStep()),
              line.bends() ? "yes" : ""));
    }
    return table;
  }
}
