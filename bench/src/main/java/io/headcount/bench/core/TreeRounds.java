package io.headcount.bench.core;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** How long it takes to end a tree of processes, and whether it is ended. */
final class TreeRounds {
  private static final Section SECTION =
      new Section(
          "Trees",
          "A child that is the first of a tree of processes, all in its group: the time from the"
              + " order to end it until the contender calls it ended, and how many processes are"
              + " then still alive. The C loop signals the group and waits for everybody in it.",
          Way.PROCESS_BUILDER.label,
          Way.FLOOR.label);

  private static final String PROCESSES = "processes";
  private static final Measure TIME = Measure.lower(SECTION.title(), "ending a tree", "ms");
  private static final Measure LEFT =
      Measure.lower(SECTION.title(), "left alive of a tree", PROCESSES);

  private final Effort effort;
  private final Programs programs;
  private final Crew crew;
  private final Report report;

  TreeRounds(Effort effort, Programs programs, Crew crew, Report report) {
    this.effort = effort;
    this.programs = programs;
    this.crew = crew;
    this.report = report;
  }

  void run() throws IOException {
    if (effort.trees().isEmpty()) {
      return;
    }
    report.section(SECTION);
    crew.warm(effort.pipes());
    Budget budget = new Budget(SECTION.title(), effort, report);
    while (budget.another()) {
      int round = budget.round();
      for (int size : effort.trees()) {
        for (Way way : effort.pipes()) {
          measure(round, way, size);
        }
      }
    }
  }

  private void measure(int round, Way way, int size) throws IOException {
    Measure time = TIME.at(size, PROCESSES);
    if (report.isMissing(time, way.label)) {
      return; // once is enough of what takes a time-out
    }
    Path ready = programs.fresh("ready");
    Crew.Answer answer = crew.ask(way, "tree", ready, programs.tree(), size, ready);
    List<ProcessHandle> left = left();
    left.forEach(ProcessHandle::destroyForcibly);
    if (answer.ok()) {
      report.add(round, time, way.label, answer.first());
    } else {
      report.missing(time, way.label, answer.rest());
    }
    report.add(round, LEFT.at(size, PROCESSES), way.label, left.size());
  }

  /** The program lies in a folder of this run's own, so nobody else's processes have its name. */
  private List<ProcessHandle> left() {
    String program = programs.tree().toString();
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().command().filter(program::equals).isPresent())
        .toList();
  }
}
