package io.headcount.bench.core;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import java.io.IOException;

/** How fast what a child writes gets to who reads it. */
final class CarryRounds {
  private static final Section SECTION =
      new Section(
          "Bytes",
          "MiB a second of what one child, `head -c`, reads from /dev/zero and writes into its"
              + " pipe: counted and forgotten by its reader, from the order to start it until it is"
              + " settled.",
          Way.PROCESS_BUILDER.label,
          Way.FLOOR.label);

  private static final Measure RATE = Measure.higher(SECTION.title(), "child to reader", "MiB/s");

  private final Effort effort;
  private final Crew crew;
  private final Report report;

  CarryRounds(Effort effort, Crew crew, Report report) {
    this.effort = effort;
    this.crew = crew;
    this.report = report;
  }

  void run() throws IOException {
    if (effort.mebibytes().isEmpty()) {
      return;
    }
    report.section(SECTION);
    crew.warm(effort.pipes());
    Budget budget = new Budget(SECTION.title(), effort, report);
    while (budget.another()) {
      int round = budget.round();
      for (int mebibytes : effort.mebibytes()) {
        for (Way way : effort.pipes()) {
          measure(round, way, mebibytes);
        }
      }
    }
  }

  private void measure(int round, Way way, int mebibytes) throws IOException {
    Measure rate = RATE.at(mebibytes, "MiB");
    long bytes = (long) mebibytes << 20;
    Crew.Answer answer = crew.ask(way, "carry", "/usr/bin/head", "-c", bytes, "/dev/zero");
    if (!answer.ok()) {
      report.missing(rate, way.label, answer.rest());
    } else if (answer.first() != bytes) {
      report.missing(rate, way.label, "%,.0f of %,d bytes came".formatted(answer.first(), bytes));
    } else {
      report.add(round, rate, way.label, mebibytes / answer.figures().get(1));
    }
  }
}
