package io.headcount.bench.service;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import java.io.IOException;

/** What many live children cost a contender: memory and threads, its helpers' included. */
final class LiveRounds {
  private static final Section SECTION =
      new Section(
          "Service: live children",
          "Children that sleep, started one after another. Memory and threads are those of the contender and its helpers, without the children.",
          null,
          null);

  private static final String OF = "children";
  private static final Measure RESIDENT = Measure.lower(SECTION.title(), "resident", "MiB");
  private static final Measure THREADS = Measure.lower(SECTION.title(), "threads", "threads");

  private final Scene scene;
  private final Report report;

  LiveRounds(Scene scene, Report report) {
    this.scene = scene;
    this.report = report;
  }

  void run() throws IOException, InterruptedException {
    if (scene.scale().children().isEmpty()) {
      return;
    }
    report.section(SECTION);
    for (Contender contender : ServiceRounds.contenders(scene.scale())) {
      for (int children : Scale.sizes(scene.scale().children(), contender)) {
        try (Running running = contender.start(scene, new Contender.Sitting(children, false))) {
          scene.awaitSitting(children, false);
          report.add(
              1,
              RESIDENT.at(children, OF),
              contender.name(),
              running.server().residentMebibytes(scene.sitters()));
          report.add(
              1,
              THREADS.at(children, OF),
              contender.name(),
              running.server().threads(scene.sitters()));
        } finally {
          // Not all end their children, and this is not about that. Some would start them again.
          scene.endSitting();
        }
      }
    }
  }
}
