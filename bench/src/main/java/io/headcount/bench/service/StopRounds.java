package io.headcount.bench.service;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The end of a contender that has children: how long it takes, and who is left alive. */
final class StopRounds {
  private static final String FLOOR = "C: kill and wait";
  private static final String OBEY = "that obey SIGTERM";
  private static final String IGNORE = "that ignore SIGTERM";

  private static final Section SECTION =
      new Section(
          "Service: stop",
          "SIGTERM to the contender, until it is gone and its children with it; a grace of "
              + ServiceRounds.GRACE_SECONDS
              + " s where there is such a setting. Who leaves children alive has no time, and their number in place of it. The C program has no"
              + " service to end: it sends SIGTERM to every process group and waits for all. \"Children ended\" is the part of the service's stop in"
              + " which it ends them and sees that none is left, as its log says.",
          null,
          FLOOR);

  private static final String OF = "children";

  private static final Pattern SHUTDOWN = Pattern.compile("event=shutdown runs=.*\\bms=(\\d+)");

  static final List<Target> TARGETS =
      List.of(
          Target.atMost(
              1.3,
              "stop",
              "500 children that obey ended, of kill -TERM of all groups and waiting in C",
              report -> report.ratio(ended().at(500, OF), Headcount.NAME, FLOOR)));

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

  private static Measure ended() {
    return Measure.lower(SECTION.title(), "children ended " + OBEY, "ms");
  }

  private static String kind(boolean stubborn) {
    return stubborn ? IGNORE : OBEY;
  }

  void run() throws IOException, InterruptedException {
    report.section(SECTION);
    for (int children : scene.scale().stopped()) {
      for (int round = 1; round <= scene.scale().rounds(); round++) {
        for (Contender contender : ServiceRounds.CONTENDERS) {
          boolean ofTarget = contender.name().equals(Headcount.NAME);
          if (round <= scene.scale().rounds(ofTarget)) {
            measure(round, contender, children, false);
          }
          if (round == 1) {
            measure(round, contender, children, true);
          }
        }
        floor(round, children);
      }
    }
  }

  private void measure(int round, Contender contender, int children, boolean stubborn)
      throws IOException, InterruptedException {
    try (Running running = contender.start(scene, new Contender.Sitting(children, stubborn))) {
      scene.awaitSitting(children, stubborn);
      long began = System.nanoTime();
      boolean gone = running.server().terminate();
      double took = (System.nanoTime() - began) / (double) TimeUnit.MILLISECONDS.toNanos(1);
      int left = scene.sitting().size();
      report.add(round, left(stubborn).at(children, OF), contender.name(), left);
      Measure measure = gone(stubborn).at(children, OF);
      if (!gone) {
        report.missing(measure, contender.name(), "it was there still after 20 s");
      } else if (left > 0) {
        report.missing(measure, contender.name(), "it left children alive");
      } else {
        report.add(round, measure, contender.name(), took);
      }
      Matcher shutdown = SHUTDOWN.matcher(running.server().log());
      if (!stubborn && left == 0 && shutdown.find()) {
        report.add(
            round,
            ended().at(children, OF),
            contender.name(),
            Double.parseDouble(shutdown.group(1)));
      }
    } finally {
      scene.endSitting();
    }
  }

  private void floor(int round, int children) throws IOException, InterruptedException {
    Process floor =
        new ProcessBuilder(
                scene.killGroups().toString(), "" + children, scene.sitter(false).toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(floor.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    if (floor.waitFor() != 0) {
      throw new IOException("kill_groups failed");
    }
    double millis = Double.parseDouble(said.strip()) / 1000;
    report.add(round, ended().at(children, OF), FLOOR, millis);
  }
}
