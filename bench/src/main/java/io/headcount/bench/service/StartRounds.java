package io.headcount.bench.service;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * From the start of a contender to the first request that it answers, and what it has in memory
 * when it has been idle for a while.
 */
final class StartRounds {
  private static final Contender PLAIN = new Headcount("headcount, no AOT cache", false);

  private static final Section SECTION =
      new Section(
          "Service: start",
          "From the start of the process to the first request that it answers, and the processor time of that process until then. Then all"
              + " are up, ours several times, and some seconds after the first answer of the last it is seen what each and its helpers have in memory.",
          PLAIN.name(),
          null);

  private static final Measure READY = Measure.lower(SECTION.title(), "first answer after", "ms");
  private static final Measure CPU =
      Measure.lower(SECTION.title(), "processor time until then", "ms");
  private static final Measure IDLE = Measure.lower(SECTION.title(), "resident, idle", "MiB");

  static final List<Target> TARGETS =
      List.of(
          Target.atMost(
              1500,
              "start",
              "first answer with the AOT cache, ms",
              report -> report.median(READY, Headcount.NAME)),
          Target.atMost(
              0.5,
              "start-aot",
              "the same, of the time without the cache",
              report -> report.ratio(READY, Headcount.NAME, PLAIN.name())),
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
    List<Contender> contenders = new ArrayList<>(ServiceRounds.contenders(scene.scale()));
    contenders.add(1, PLAIN);
    for (Contender contender : contenders) {
      String why = contender.cannot(Work.START);
      if (why != null) {
        report.missing(READY, contender.name(), why);
      }
    }
    List<Contender> able =
        contenders.stream().filter(one -> one.cannot(Work.START) == null).toList();
    scene.image(); // what it takes to make it is nobody's
    for (int round = 1; round <= scene.scale().rounds(); round++) {
      for (Contender contender : able) {
        if (round <= scene.scale().rounds(contender instanceof Headcount)) {
          start(round, contender);
        }
      }
    }
  }

  private void start(int round, Contender contender) throws IOException, InterruptedException {
    long began = System.nanoTime();
    try (Running running = contender.start(scene, Contender.Sitting.NONE)) {
      double took = (System.nanoTime() - began) / (double) TimeUnit.MILLISECONDS.toNanos(1);
      report.add(round, READY, contender.name(), took);
      report.add(round, CPU, contender.name(), running.server().cpuMicros() / 1e3);
    }
  }

  /**
   * Starts all that can be, ours as often as there are rounds, and when they have been idle for a
   * while sees what each has in memory.
   *
   * @param up takes who was started, and is to be closed whatever happens
   */
  void idle(Map<Contender, Running> up) throws IOException, InterruptedException {
    for (Contender contender : ServiceRounds.contenders(scene.scale())) {
      if (contender.cannot(Work.START) == null) {
        up.put(contender, contender.start(scene, Contender.Sitting.NONE));
      }
    }
    List<Running> more = new ArrayList<>();
    try {
      while (more.size() + 1 < scene.scale().rounds()) {
        more.add(new Headcount(Headcount.NAME, true).start(scene, Contender.Sitting.NONE));
      }
      TimeUnit.SECONDS.sleep(scene.scale().idleSeconds());
      for (Map.Entry<Contender, Running> one : up.entrySet()) {
        weigh(1, one.getKey().name(), one.getValue());
      }
      for (int i = 0; i < more.size(); i++) {
        weigh(i + 2, Headcount.NAME, more.get(i));
      }
    } finally {
      for (Running one : more) {
        one.close();
      }
    }
  }

  private void weigh(int round, String name, Running running) throws IOException {
    report.add(round, IDLE, name, running.server().residentMebibytes(scene.sitters()));
  }
}
