package io.headcount.bench.core;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.util.List;

/** What a live idle child costs, and how long it takes to stop all of them. */
final class LiveRounds {
  /** How long a contender may take to start them. */
  private static final int HOLD_SECONDS = 15;

  private static final int STOPPED = 500;
  private static final String CHILDREN = "children";

  private static final Section SECTION =
      new Section(
          "Live children",
          "What each idle child costs the process that started it: memory, threads, descriptors."
              + " Then the time from the first SIGTERM until the last is settled; the C loop's is"
              + " `kill -TERM -- -pgid` of all and waiting.",
          Way.PROCESS_BUILDER.label,
          Way.FLOOR.label);

  private static final Measure MEMORY = Measure.lower(SECTION.title(), "memory a child", "KiB");
  private static final Measure THREADS =
      Measure.lower(SECTION.title(), "threads a child", "threads");
  private static final Measure FILES =
      Measure.lower(SECTION.title(), "descriptors a child", "descriptors");
  private static final Measure STOP = Measure.lower(SECTION.title(), "stopping all", "ms");

  static final List<Target> TARGETS =
      List.of(
          Target.atMost(
              8,
              "live-memory",
              "resident memory of a live idle child, KiB",
              report -> report.median(MEMORY.at(STOPPED, CHILDREN), Way.LINUX.label)),
          Target.atMost(
              0.01,
              "live-threads",
              "its threads: none, one in a hundred children being none",
              report -> report.median(THREADS.at(STOPPED, CHILDREN), Way.LINUX.label)),
          Target.atMost(
              4,
              "live-descriptors",
              "its descriptors",
              report -> report.median(FILES.at(STOPPED, CHILDREN), Way.LINUX.label)),
          Target.atMost(
              1,
              "live-descriptors-file",
              "its descriptors when its output goes to a file",
              report -> report.median(FILES.at(STOPPED, CHILDREN), Way.LINUX_FILE.label)),
          Target.atMost(
              1.3,
              "stop-floor",
              "stopping 500 children that obey, of kill and wait in C",
              report ->
                  report.ratio(STOP.at(STOPPED, CHILDREN), Way.LINUX.label, Way.FLOOR.label)));

  private final Effort effort;
  private final Programs programs;
  private final Crew crew;
  private final Report report;

  LiveRounds(Effort effort, Programs programs, Crew crew, Report report) {
    this.effort = effort;
    this.programs = programs;
    this.crew = crew;
    this.report = report;
  }

  void run() throws IOException {
    report.section(SECTION);
    List<Way> who = effort.among(effort.liveWays());
    List<Integer> counts = effort.live();
    int once = counts.contains(STOPPED) ? STOPPED : counts.getLast();
    for (Way way : who) {
      // not measured: what grows with the first ones and stays is not the children's, and a
      // compiler has seen nobody stop yet
      long began = System.nanoTime();
      do {
        crew.ask(way, "hold", once, HOLD_SECONDS, programs.idle());
        crew.ask(way, "stop");
      } while (!way.floor() && Worker.millisSince(began) < effort.warmUpMillis());
    }
    Budget budget = new Budget(SECTION.title(), effort, report);
    while (budget.another()) {
      int round = budget.round();
      for (int count : counts) {
        for (Way way : who) {
          if (count == once || grows(way)) {
            measure(round, way, count);
          }
        }
      }
    }
  }

  /** How figures grow is asked of ours and of the floor; the others stand beside them once. */
  private static boolean grows(Way way) {
    return way == Way.LINUX || way == Way.LINUX_FILE || way == Way.FLOOR;
  }

  private void measure(int round, Way way, int count) throws IOException {
    Crew.Answer before = crew.ask(way, "weigh");
    Crew.Answer held = crew.ask(way, "hold", count, HOLD_SECONDS, programs.idle());
    Crew.Answer after = crew.ask(way, "weigh");
    Crew.Answer stopped = crew.ask(way, "stop");
    if (!stopped.ok() || !before.ok() || !after.ok() || !held.ok() || held.first() < count) {
      String why = held.rest().isEmpty() ? stopped.rest() : held.rest();
      report.missing(STOP.at(count, CHILDREN), way.label, why);
      return;
    }
    List<Measure> weights = List.of(MEMORY, THREADS, FILES);
    for (int i = 0; i < weights.size(); i++) {
      double each = (after.figures().get(i) - before.figures().get(i)) / count;
      report.add(round, weights.get(i).at(count, CHILDREN), way.label, each);
    }
    report.add(round, STOP.at(count, CHILDREN), way.label, stopped.first());
  }
}
