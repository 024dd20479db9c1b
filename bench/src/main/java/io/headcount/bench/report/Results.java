package io.headcount.bench.report;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A report, as it is printed at the end and as it is written into the project: {@code
 * bench/RESULTS.md} and the plots {@code docs/bench-*.svg}; the quick form's is {@code
 * bench/RESULTS-QUICK.md}, without plots, so that each of the two has the figures of one run.
 *
 * @param quick whether it is the quick form's
 */
public record Results(Report report, List<Check> checks, boolean quick) {
  private static final String PLOTS = "bench-*.svg";

  /** For a terminal. */
  public String text() {
    StringBuilder text = new StringBuilder();
    report.facts().forEach((name, value) -> text.append(name + ": " + value + "\n"));
    for (Section section : report.sections()) {
      text.append('\n').append(section.title()).append("\n\n");
      text.append(Tables.of(report, section));
      List<Growth> lines = Growth.of(report, section);
      if (!lines.isEmpty()) {
        text.append("\nGrowth: ").append(section.title()).append("\n\n");
        text.append(Tables.growth(lines));
      }
    }
    text.append("\nWhat it must show\n\n").append(Tables.of(checks));
    report.notes().forEach(note -> text.append("\n").append(note).append("\n"));
    return text.toString();
  }

  /**
   * Writes the files.
   *
   * @param root of the project
   */
  public void write(Path root) throws IOException {
    String text = markdown(quick ? Map.of() : plot(root));
    Files.writeString(
        Files.createDirectories(root.resolve("bench"))
            .resolve(quick ? "RESULTS-QUICK.md" : "RESULTS.md"),
        text);
  }

  /** Writes the plots of each section, and deletes those that this run did not make. */
  private Map<String, List<String>> plot(Path root) throws IOException {
    Path docs = Files.createDirectories(root.resolve("docs"));
    try (DirectoryStream<Path> old = Files.newDirectoryStream(docs, PLOTS)) {
      for (Path plot : old) {
        Files.delete(plot);
      }
    }
    Map<String, List<String>> plots = new LinkedHashMap<>();
    for (Section section : report.sections()) {
      List<String> names = new ArrayList<>();
      String bars = "bench-" + section.slug() + ".svg";
      Files.writeString(docs.resolve(bars), new Bars(report, section).svg());
      names.add(bars);
      List<Growth> lines = Growth.of(report, section);
      if (!lines.isEmpty()) {
        String growth = "bench-" + section.slug() + "-growth.svg";
        Files.writeString(docs.resolve(growth), new Lines(lines).svg());
        names.add(growth);
      }
      plots.put(section.title(), names);
    }
    return plots;
  }

  private String markdown(Map<String, List<String>> plots) {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # Results

        Written by the benchmark; [README.md](README.md) says what is measured and how to read it. A figure is the median of the rounds, with the
        least and the most. "Of" another contender is the median of the rounds' own ratios.

        """);
    Table table = new Table(List.of("", ""));
    report.facts().forEach((name, value) -> table.row(List.of(name, value)));
    text.append(table.markdown());
    text.append("\n## What it must show\n\n").append(Tables.of(checks).markdown());
    List<String> bends = new ArrayList<>();
    for (Section section : report.sections()) {
      text.append("\n## ").append(section.title()).append("\n\n").append(section.about());
      text.append("\n\n");
      for (String plot : plots.getOrDefault(section.title(), List.of())) {
        text.append("![%s](../docs/%s)%n%n".formatted(section.title(), plot));
      }
      text.append(Tables.of(report, section).markdown());
      List<Growth> lines = Growth.of(report, section);
      if (!lines.isEmpty()) {
        text.append(
            "\nHow it grows: the exponent of the size, and that of the last step alone.\n\n");
        text.append(Tables.growth(lines).markdown());
      }
      lines.stream().filter(Growth::bends).map(Growth::sentence).forEach(bends::add);
    }
    text.append("\n## What bends\n\n");
    text.append("The last step is worse than the line as a whole by 0.3 of an exponent:\n\n");
    bends.forEach(bend -> text.append("- ").append(bend).append('\n'));
    if (bends.isEmpty()) {
      text.append("- nothing\n");
    }
    if (!report.notes().isEmpty()) {
      text.append("\n## What happened\n\n");
      report.notes().forEach(note -> text.append("- ").append(note).append('\n'));
    }
    return text.toString();
  }
}
