package io.headcount.bench.core;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.util.List;

/** Children a second while others live. */
final class AliveRounds {
  /** How long a contender may take in all to start what is to live. */
  private static final int HOLD_SECONDS = 10;

  private static final int CALLERS = 2;
  private static final String ALIVE = "children alive";

  private static final Section SECTION =
      new Section(
          "Spawning while children live",
          "No-ops a second of two callers, while the same process keeps idle children alive. A"
              + " contender has all its rounds at one number before it starts the children of the"
              + " next; after "
              + HOLD_SECONDS
              + " s of starting, or without descriptors or process ids left, it goes no further.",
          Way.PROCESS_BUILDER.label,
          Way.FLOOR.label);

  private static final Measure RATE = Measure.higher(SECTION.title(), "no-op", "children/s");

  static final List<Target> TARGETS =
      List.of(
          ofNone(8_000, Way.LINUX, "spawn-alive"),
          ofNone(6_400, Way.LINUX, "spawn-alive-6400"), // as many as fit into 20,000 descriptors
          ofNone(8_000, Way.LINUX_FILE, "spawn-alive-file"));

  private static Target ofNone(int alive, Way way, String id) {
    return Target.atLeast(
        0.7,
        id,
        "spawn and wait with %,d children alive%s, of the rate with none"
            .formatted(alive, way == Way.LINUX_FILE ? " and output to files" : ""),
        report -> report.ratio(RATE.at(alive, ALIVE), way.label, RATE.at(0, ALIVE), way.label));
  }

  private final Effort effort;
  private final Programs programs;
  private final Crew crew;
  private final Report report;

  AliveRounds(Effort effort, Programs programs, Crew crew, Report report) {
    this.effort = effort;
    this.programs = programs;
    this.crew = crew;
    this.report = report;
  }

  void run() throws IOException, InterruptedException {
    report.section(SECTION);
    for (Way way : effort.among(effort.aliveWays())) {
      double secondsLeft = HOLD_SECONDS;
      for (int alive : effort.alive()) {
        long began = System.nanoTime();
        boolean held = hold(way, alive, secondsLeft);
        secondsLeft -= Worker.millisSince(began) / 1000;
        if (!held || !measure(way, RATE.at(alive, ALIVE))) {
          break;
        }
      }
      crew.ask(way, "stop");
      crew.dismiss(way); // what so many leave behind is not the next part's
    }
  }

  /** Says whether it could. */
  private boolean hold(Way way, int alive, double seconds) throws IOException {
    int limit = (int) Math.max(1, Math.ceil(seconds));
    Crew.Answer held = crew.ask(way, "hold", alive, limit, programs.idle());
    if (!held.ok() || held.first() < alive) {
      String reached = held.ok() ? "%,.0f lived, then: ".formatted(held.first()) : "";
      report.missing(RATE.at(alive, ALIVE), way.label, reached + held.rest());
      return false;
    }
    return true;
  }

  /** Says whether it could. */
  private boolean measure(Way way, Measure rate) throws IOException {
    for (int round = 1; round <= effort.rounds(); round++) {
      Crew.Answer answer = crew.ask(way, "spawn", CALLERS, effort.millis(), programs.noop());
      if (!answer.ok()) {
        report.missing(rate, way.label, answer.rest());
        return false;
      }
      report.add(round, rate, way.label, answer.first());
    }
    return true;
  }
}
