package io.headcount.bench.service;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Run a command and return its output, over and over. */
final class RunRounds {
  private static final Section SECTION =
      new Section(
          "Service: run and return output",
          "Each request has the contender run a static program that says a line, and the answer has that line. Clients keep their connection and"
              + " send the next request when they have the answer (wrk, one thread). All contenders are up and warm; they are measured in turn."
              + " Processor time is that of the contender and its children, a request.",
          Webhook.NAME,
          null);

  private static final String OF = "clients";
  private static final String LINE = "hello";
  private static final Measure RATE =
      Measure.higher(SECTION.title(), "run and return output", "requests/s");
  private static final Measure P50 = Measure.lower(SECTION.title(), "half answered within", "ms");
  private static final Measure P99 =
      Measure.lower(SECTION.title(), "99 of 100 answered within", "ms");
  private static final Measure CPU =
      Measure.lower(SECTION.title(), "processor time a request", "us");

  private static final int TARGET_CLIENTS = 16;

  static final List<Target> TARGETS =
      List.of(
          Target.atLeast(
              1.3,
              "http-rate",
              "run and return output over HTTP, 16 clients, of webhook's rate",
              report -> report.ratio(RATE.at(TARGET_CLIENTS, OF), Headcount.NAME, Webhook.NAME)),
          Target.atMost(
              1,
              "http-p99",
              "the same, p99 of webhook's",
              report -> report.ratio(P99.at(TARGET_CLIENTS, OF), Headcount.NAME, Webhook.NAME)));

  private final Scene scene;
  private final Report report;

  RunRounds(Scene scene, Report report) {
    this.scene = scene;
    this.report = report;
  }

  /**
   * Measures them.
   *
   * @param up those that were started
   */
  void run(Map<Contender, Running> up) throws IOException, InterruptedException {
    report.section(SECTION);
    Scale scale = scene.scale();
    Map<Contender, Running> able = new LinkedHashMap<>();
    for (Contender contender : ServiceRounds.contenders(scene.scale())) {
      String why = contender.cannot(Work.RUN);
      Running running = up.get(contender);
      if (why != null) {
        report.missing(RATE.at(scale.target(), OF), contender.name(), why);
      } else if (running != null) {
        warm(contender, running);
        able.put(contender, running);
      }
    }
    for (int round = 1; round <= scale.rounds(); round++) {
      for (int clients : scale.clients()) {
        for (Map.Entry<Contender, Running> one : able.entrySet()) {
          if (isMeasured(one.getKey(), clients)
              && round <= scale.rounds(isOfTarget(one.getKey(), clients))) {
            measure(round, clients, one.getKey(), one.getValue());
          }
        }
      }
    }
  }

  private boolean isMeasured(Contender contender, int clients) {
    return ServiceRounds.isOfTarget(contender)
        || scene.scale().othersClients().contains(clients);
  }

  private boolean isOfTarget(Contender contender, int clients) {
    return clients == scene.scale().target() && ServiceRounds.isOfTarget(contender);
  }

  /** Sees that it does what it is asked, and lets it do that for a while. */
  private void warm(Contender contender, Running running) throws IOException, InterruptedException {
    String answer = Http.send(running.run());
    if (!answer.contains(LINE)) {
      throw new IOException(contender.name() + ": expected the command's output, got " + answer);
    }
    int seconds = scene.scale().warmUpSeconds();
    if (!contender.isCompiledAsItRuns()) {
      seconds = Math.min(seconds, 2);
    }
    Wrk.warm(scene, running.run(), seconds);
  }

  private void measure(int round, int clients, Contender contender, Running running)
      throws IOException, InterruptedException {
    double before = running.server().cpuMicros();
    Wrk.Figures figures =
        Wrk.load(scene.fresh("wrk"), running.run(), clients, scene.scale().seconds());
    double micros = running.server().cpuMicros() - before;
    report.add(round, RATE.at(clients, OF), contender.name(), figures.rate());
    report.add(round, P50.at(clients, OF), contender.name(), figures.p50());
    report.add(round, P99.at(clients, OF), contender.name(), figures.p99());
    report.add(round, CPU.at(clients, OF), contender.name(), micros / figures.requests());
  }
}
