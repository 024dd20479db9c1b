package io.headcount.bench.service;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** The end of a contender that has children: how long it takes, and who is left alive. */
final class StopRounds {
  private static final String OBEY = "that obey SIGTERM";
  private static final String IGNORE = "that ignore SIGTERM";

  private static final Section SECTION =
      new Section(
          "Service: stop",
          "SIGTERM to the contender, until it is gone and its children with it; a grace of "
              + ServiceRounds.GRACE_SECONDS
              + " s where there is such a setting. Who leaves children alive has no time, and their number in place of it.",
          null,
          null);

  private static final String OF = "children";

  private final Scene scene;
  private final Report report;

  StopRounds(Scene scene, Report report) {
    this.scene = scene;
    this.report = report;
  }

  private static Measure gone(boolean stubborn) {
    return Measure.lower(SECTION.title(), "gone, with children " + kind(stubborn), "ms");
  }

  private static Measure left(boolean stubborn) {
    return Measure.lower(SECTION.title(), "left alive of children " + kind(stubborn), "children");
  }

  private static String kind(boolean stubborn) {
    return stubborn ? IGNORE : OBEY;
  }

  void run() throws IOException, InterruptedException {
    if (scene.scale().stopped().isEmpty()) {
      return;
    }
    report.section(SECTION);
    for (Contender contender : ServiceRounds.contenders(scene.scale())) {
      for (int children : Scale.sizes(scene.scale().stopped(), contender)) {
        measure(contender, children, false);
        measure(contender, children, true);
      }
    }
  }

  private void measure(Contender contender, int children, boolean stubborn)
      throws IOException, InterruptedException {
    try (Running running = contender.start(scene, new Contender.Sitting(children, stubborn))) {
      scene.awaitSitting(children, stubborn);
      long began = System.nanoTime();
      boolean gone = running.server().terminate();
      // Who was signalled last may need a moment more than its parent.
      int left = scene.leftAfterSecond();
      double took = (System.nanoTime() - began) / (double) TimeUnit.MILLISECONDS.toNanos(1);
      report.add(1, left(stubborn).at(children, OF), contender.name(), left);
      Measure measure = gone(stubborn).at(children, OF);
      if (!gone) {
        report.missing(measure, contender.name(), "it was there still after 20 s");
      } else if (left > 0) {
        report.missing(measure, contender.name(), "it left children alive");
      } else {
        report.add(1, measure, contender.name(), took);
      }
    } finally {
      scene.endSitting();
    }
  }
}
