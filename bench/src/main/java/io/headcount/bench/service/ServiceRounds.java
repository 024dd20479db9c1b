package io.headcount.bench.service;

import io.headcount.bench.report.Report;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The part of the benchmark that is about the whole service: every work, every contender. */
public final class ServiceRounds {
  /** Between SIGTERM and SIGKILL, for all that have such a setting. */
  static final int GRACE_SECONDS = 2;

  static final List<Contender> CONTENDERS =
      List.of(
          new Headcount(Headcount.NAME, true),
          new Webhook(),
          new Express(),
          new SpringController(),
          new Supervisor(),
          new Pm2());

  /** What must be shown of it. */
  public static final List<Target> TARGETS =
      Stream.of(RunRounds.TARGETS, StartRounds.TARGETS)
          .flatMap(List::stream)
          .toList();

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

  public void run() throws IOException, InterruptedException {
    for (Contender contender : CONTENDERS) {
      report.fact(contender.name(), contender.about());
    }
    report.fact(
        "ttyd", "none: Debian 12 and 13 have no package of it, and no registry that is used here");
    try (Scene scene = Scene.set(scale, jar)) {
      new StartRounds(scene, report).run();
      new RunRounds(scene, report).run();
      new LiveRounds(scene, report).run();
      new StreamRounds(scene, report).run();
      new StopRounds(scene, report).run();
    }
  }
}
