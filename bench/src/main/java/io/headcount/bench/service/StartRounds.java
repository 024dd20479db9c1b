package io.headcount.bench.service;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * From the start of a contender to the first request that it answers, and what it then has in
 * memory.
 */
final class StartRounds {
  private static final Contender PLAIN = new Headcount("headcount, no AOT cache", false);

  private static final Section SECTION =
      new Section(
          "Service: start",
          "From the start of the process to the first request that it answers, and what it and its helpers then have in memory.",
          PLAIN.name(),
          null);

  private static final Measure READY = Measure.lower(SECTION.title(), "first answer after", "ms");
  private static final Measure IDLE = Measure.lower(SECTION.title(), "resident, idle", "MiB");

  static final List<Target> TARGETS =
      List.of(
          Target.atMost(
              1500,
              "start",
              "first answer with the AOT cache, ms",
              report -> report.median(READY, Headcount.NAME)),
          Target.atMost(
              160,
              "idle-memory",
              "resident when idle, MiB",
              report -> report.median(IDLE, Headcount.NAME)));

  private final Scene scene;
  private final Report report;

  StartRounds(Scene scene, Report report) {
    this.scene = scene;
    this.report = report;
  }

  void run() throws IOException, InterruptedException {
    report.section(SECTION);
    List<Contender> contenders = new ArrayList<>(ServiceRounds.CONTENDERS);
    contenders.add(1, PLAIN);
    for (Contender contender : contenders) {
      String why = contender.cannot(Work.START);
      if (why != null) {
        report.missing(READY, contender.name(), why);
      }
    }
    for (int round = 1; round <= scene.scale().rounds(); round++) {
      for (Contender contender : contenders) {
        boolean ofTarget = contender.name().equals(Headcount.NAME);
        if (contender.cannot(Work.START) == null && round <= scene.scale().rounds(ofTarget)) {
          measure(round, contender);
        }
      }
    }
  }

  private void measure(int round, Contender contender) throws IOException, InterruptedException {
    scene.image();
    long began = System.nanoTime();
    try (Running running = contender.start(scene, Contender.Sitting.NONE)) {
      double took = (System.nanoTime() - began) / (double) TimeUnit.MILLISECONDS.toNanos(1);
      report.add(round, READY, contender.name(), took);
      report.add(
          round, IDLE, contender.name(), running.server().residentMebibytes(scene.sitters()));
    }
  }
}
