package io.headcount.bench.service;

import io.headcount.bench.report.Report;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The parts of the benchmark that are about the whole service: every work with every contender, and
 * what its own callers and policy cost.
 */
public final class ServiceRounds {
  /** Between SIGTERM and SIGKILL, for all that have such a setting. */
  static final int GRACE_SECONDS = 2;

  private static final List<Contender> CONTENDERS =
      List.of(
          new Headcount(Headcount.NAME, true),
          new Webhook(),
          new Express(),
          new SpringController(),
          new Supervisor(),
          new Pm2());

  /** Who takes part: without rounds for others, who a target is about. */
  static List<Contender> contenders(Scale scale) {
    return CONTENDERS.stream().filter(one -> scale.rounds(isOfTarget(one)) > 0).toList();
  }

  static boolean isOfTarget(Contender contender) {
    return contender.name().equals(Headcount.NAME) || contender.name().equals(Webhook.NAME);
  }

  /** What can be measured on its own. */
  public enum Part {
    SERVICE,
    COST
  }

  private final Scale scale;
  private final Path jar;
  private final Report report;

  /**
   * Prepares it.
   *
   * @param jar the service, packaged
   */
  public ServiceRounds(Scale scale, Path jar, Report report) {
    this.scale = scale;
    this.jar = jar;
    this.report = report;
  }

  /** Measures some parts, and says what they must show. */
  public List<Target> run(Set<Part> parts) throws IOException, InterruptedException {
    List<Target> targets = new ArrayList<>();
    try (Scene scene = Scene.set(scale, jar)) {
      for (Part part : Part.values()) {
        if (parts.contains(part)) {
          targets.addAll(run(part, scene));
        }
      }
    }
    return targets;
  }

  private List<Target> run(Part part, Scene scene) throws IOException, InterruptedException {
    return switch (part) {
      case SERVICE -> compare(scene);
      case COST -> {
        new CostRounds(scene, report).run();
        yield CostRounds.TARGETS;
      }
    };
  }

  private List<Target> compare(Scene scene) throws IOException, InterruptedException {
    for (Contender contender : contenders(scale)) {
      report.fact(contender.name(), contender.about());
    }
    if (scale.others() > 0) {
      report.fact(
          "ttyd", "none: Debian 12 and 13 have no package of it, and no registry that is used here");
    }
    StartRounds start = new StartRounds(scene, report);
    start.run();
    Map<Contender, Running> up = new LinkedHashMap<>();
    try {
      start.idle(up);
      new RunRounds(scene, report).run(up);
    } finally {
      for (Running running : up.values()) {
        running.close();
      }
    }
    new LiveRounds(scene, report).run();
    new StreamRounds(scene, report).run();
    new StopRounds(scene, report).run();
    return Stream.of(RunRounds.TARGETS, StartRounds.TARGETS).flatMap(List::stream).toList();
  }
}
