package io.headcount.bench;

import io.headcount.bench.core.Jvm;
import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Median;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The third part: how fast what a child writes reaches its journal, and a client that follows it,
 * beside two cats that do nothing but carry the same bytes.
 */
final class ThroughputRounds {
  /** What is carried before it counts, so that the compiler has seen it and the heap is in use. */
  static final int WARM_UPS = 3;

  private static final Section SECTION =
      new Section(
          "Throughput",
          "MiB a second of what `head -c /dev/zero` writes: into a journal, into one that spills to"
              + " disk, and to a client that follows over loopback, beside two cats that do nothing"
              + " but carry the same bytes.",
          null,
          ThroughputContender.CAT.label);

  static final Measure CARRIED = Measure.higher(SECTION.title(), "one stream", "MiB/s");

  static final List<Target> TARGETS =
      List.of(
          Target.atLeast(
              0.8,
              "journal",
              "child to journal, of cat | cat",
              report -> ofCat(report, ThroughputContender.JOURNAL)),
          Target.atLeast(
              0.5,
              "follow",
              "follow over loopback, of cat | cat",
              report -> ofCat(report, ThroughputContender.FOLLOW)));

  private final Options options;
  private final Report report;
  private final long bytes;

  ThroughputRounds(Options options, Report report) {
    this.options = options;
    this.report = report;
    this.bytes = (long) options.mebibytes() << 20;
  }

  private static Optional<Median> ofCat(Report report, ThroughputContender contender) {
    return report.ratio(CARRIED, contender.label, ThroughputContender.CAT.label);
  }

  void run() throws IOException, InterruptedException {
    report.section(SECTION);
    for (int round = 1; round <= options.rounds(); round++) {
      for (ThroughputContender contender : ThroughputContender.values()) {
        report.add(round, CARRIED, contender.label, options.mebibytes() / seconds(contender));
      }
    }
  }

  private double seconds(ThroughputContender contender) throws IOException, InterruptedException {
    return switch (contender) {
      case CAT -> cat();
      case JOURNAL, SPILLED ->
          Double.parseDouble(
              Jvm.run(JournalBenchmark.class, List.of(), contender.name(), Long.toString(bytes)));
      case FOLLOW -> {
        try (Service service = Service.start(options.jar(), bytes)) {
          for (int i = 0; i < WARM_UPS; i++) {
            service.follow(bytes);
          }
          yield service.follow(bytes);
        }
      }
    };
  }

  private double cat() throws IOException, InterruptedException {
    long began = System.nanoTime();
    int status =
        new ProcessBuilder("sh", "-c", "head -c " + bytes + " /dev/zero | cat | cat >/dev/null")
            .inheritIO()
            .start()
            .waitFor();
    double seconds = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);
    if (status != 0) {
      throw new IOException("head | cat | cat failed with exit status " + status);
    }
    return seconds;
  }
}
