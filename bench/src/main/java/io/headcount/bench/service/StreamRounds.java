package io.headcount.bench.service;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import java.io.IOException;

/** A child's output, from the child to a client. */
final class StreamRounds {
  private static final Section SECTION =
      new Section(
          "Service: streaming",
          "head -c N /dev/zero, its output read by one client from a plain socket and forgotten; each contender twice, the second counts. Headcount"
              + " never slows a command for its reader, so it has the memory to hold the whole of it. webhook answers when the command has ended, and"
              + " holds it too.",
          Webhook.NAME,
          null);

  private static final int MEBIBYTE = 1 << 20;
  private static final String OF = "MiB";
  private static final Measure RATE = Measure.higher(SECTION.title(), "streaming", "MiB/s");
  private static final Measure PEAK =
      Measure.lower(SECTION.title(), "most that was resident", "MiB");

  private final Scene scene;
  private final Report report;

  StreamRounds(Scene scene, Report report) {
    this.scene = scene;
    this.report = report;
  }

  void run() throws IOException, InterruptedException {
    if (scene.scale().mebibytes().isEmpty()) {
      return;
    }
    report.section(SECTION);
    for (Contender contender : ServiceRounds.contenders(scene.scale())) {
      String why = contender.cannot(Work.STREAM);
      if (why != null) {
        report.missing(RATE.at(scene.scale().mebibytes().getLast(), OF), contender.name(), why);
        continue;
      }
      for (int mebibytes : Scale.sizes(scene.scale().mebibytes(), contender)) {
        measure(contender, mebibytes);
      }
    }
  }

  private void measure(Contender contender, int mebibytes)
      throws IOException, InterruptedException {
    long bytes = (long) mebibytes * MEBIBYTE;
    try (Running running = contender.start(scene, Contender.Sitting.NONE)) {
      running.stream(bytes);
      double seconds = running.stream(bytes);
      report.add(1, RATE.at(mebibytes, OF), contender.name(), mebibytes / seconds);
      if (contender.name().equals(Headcount.NAME)) {
        report.missing(
            PEAK.at(mebibytes, OF), contender.name(), "its memory is touched before it starts");
      } else {
        report.add(
            1, PEAK.at(mebibytes, OF), contender.name(), running.server().peakMebibytes());
      }
    }
  }
}
