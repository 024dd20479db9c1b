package io.headcount.bench.core;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;

/** Children a second, each from the order to start it until it is settled. */
public final class SpawnRounds {
  private static final Section RATES =
      new Section(
          "Spawning",
          "Children a second, from the order to start one until it is settled: exit seen, output"
              + " read to its end, descriptors closed. Each caller has one child at a time.",
          Way.PROCESS_BUILDER.label,
          Way.FLOOR.label);

  private static final Section TIMES =
      new Section(
          "Processor time of spawning",
          "The same children: processor time of each, its own and its contender's. It hardly"
              + " depends on what else the machine does.",
          Way.PROCESS_BUILDER.label,
          Way.FLOOR.label);

  private static final Section TERMINALS =
      new Section(
          "Spawning at a terminal",
          "The same with a terminal for each child in place of pipes.",
          Way.PTY4J.label,
          Way.FLOOR_TERMINAL.label);

  private static final List<Way> WITH_TERMINALS =
      List.of(Way.LINUX_TERMINAL, Way.PTY4J, Way.FLOOR_TERMINAL);
  private static final int MOST_TERMINAL_CALLERS = 8;
  private static final String CALLERS = "callers";

  static final Measure RATE = Measure.higher(RATES.title(), Command.NOOP.label, "children/s");

  static final List<Target> TARGETS =
      List.of(
          over("spawn-floor", 0.95, Way.FLOOR),
          over("spawn-process-builder", 2.5, Way.PROCESS_BUILDER),
          over("spawn-nuprocess", 2, Way.NU_PROCESS));

  private final Effort effort;
  private final Programs programs;
  private final Crew crew;
  private final Report report;

  /** What is spawned. */
  public enum Command {
    NOOP("no-op", programs -> programs.noop().toString()),
    LIBC("no-op with a libc", programs -> programs.noopLibc().toString()),
    SHELL("sh -c :", _ -> "/bin/sh -c :");

    private final String label;
    private final Function<Programs, String> argv;

    Command(String label, Function<Programs, String> argv) {
      this.label = label;
      this.argv = argv;
    }
  }

  SpawnRounds(Effort effort, Programs programs, Crew crew, Report report) {
    this.effort = effort;
    this.programs = programs;
    this.crew = crew;
    this.report = report;
  }

  private static Target over(String id, double limit, Way other) {
    return Target.atLeast(
        limit,
        id,
        "spawn and wait, 2 callers, of " + other.label,
        report -> report.ratio(RATE.at(2, CALLERS), Way.LINUX.label, other.label));
  }

  void run() throws IOException {
    report.section(RATES);
    report.section(TIMES);
    crew.warm(effort.startedAndStopped());
    Budget budget = new Budget(RATES.title(), effort, report);
    while (budget.another()) {
      int round = budget.round();
      for (Command command : effort.commands()) {
        for (int callers : command == Command.NOOP ? effort.callers() : effort.fewCallers()) {
          for (Way way : effort.startedAndStopped()) {
            measure(round, RATES, way, command, callers);
          }
        }
      }
    }
    List<Way> terminals = effort.among(EnumSet.copyOf(WITH_TERMINALS));
    if (!terminals.isEmpty()) {
      report.section(TERMINALS);
    }
    crew.warm(terminals);
    budget = new Budget(TERMINALS.title(), effort, report);
    while (budget.another()) {
      int round = budget.round();
      for (int callers : effort.fewCallers()) {
        for (Way way : terminals) {
          if (callers <= MOST_TERMINAL_CALLERS) {
            measure(round, TERMINALS, way, Command.NOOP, callers);
          }
        }
      }
    }
  }

  private void measure(int round, Section section, Way way, Command command, int callers)
      throws IOException {
    Measure rate = Measure.higher(section.title(), command.label, RATE.unit()).at(callers, CALLERS);
    Crew.Answer answer =
        crew.ask(way, "spawn", callers, effort.millis(), command.argv.apply(programs));
    if (!answer.ok()) {
      report.missing(rate, way.label, answer.rest());
      return;
    }
    report.add(round, rate, way.label, answer.figures().get(0));
    if (section.equals(RATES)) {
      report.add(
          round,
          Measure.lower(TIMES.title(), command.label, "us a child").at(callers, CALLERS),
          way.label,
          answer.figures().get(1));
    }
  }
}
