package io.headcount.bench.core;

import io.headcount.bench.report.Report;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** All that is measured of the core, by processes that stay alive throughout. */
public final class Core {
  private final Effort effort;
  private final Report report;

  /** What can be measured on its own. */
  public enum Part {
    SPAWN,
    LIVE,
    TREE,
    BYTES,
    ALIVE
  }

  public Core(Effort effort, Report report) {
    this.effort = effort;
    this.report = report;
  }

  /** Measures some parts, and says what they must show. */
  public List<Target> run(Set<Part> parts) throws IOException, InterruptedException {
    List<Target> targets = new ArrayList<>();
    try (Programs programs = Programs.compile();
        Crew crew = new Crew(programs, effort.warmUpMillis())) {
      for (Part part : Part.values()) {
        if (parts.contains(part)) {
          targets.addAll(run(part, programs, crew));
        }
      }
    }
    return targets;
  }

  private List<Target> run(Part part, Programs programs, Crew crew)
      throws IOException, InterruptedException {
    switch (part) {
      case SPAWN -> {
        new SpawnRounds(effort, programs, crew, report).run();
        return SpawnRounds.TARGETS;
      }
      case LIVE -> {
        new LiveRounds(effort, programs, crew, report).run();
        return LiveRounds.TARGETS;
      }
      case TREE -> new TreeRounds(effort, programs, crew, report).run();
      case BYTES -> new CarryRounds(effort, crew, report).run();
      case ALIVE -> {
        new AliveRounds(effort, programs, crew, report).run();
        return AliveRounds.TARGETS;
      }
    }
    return List.of();
  }
}
