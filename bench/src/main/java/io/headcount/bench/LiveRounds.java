package io.headcount.bench;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.util.List;

/** The second part: {@link LiveChildrenBenchmark} for each contender, in turn. */
final class LiveRounds {
  /** A round costs much and its figures differ little. */
  private static final int MOST_ROUNDS = 3;

  private static final Section SECTION =
      new Section(
          "Live children",
          "What each of 1,000 idle children costs the JVM that started it, and the time to stop them all.",
          "ProcessBuilder, both streams read",
          null);

  private static final Measure MEMORY = Measure.lower(SECTION.title(), "memory a child", "KiB");
  private static final Measure THREADS = Measure.lower(SECTION.title(), "threads a child", "");
  private static final Measure FILES = Measure.lower(SECTION.title(), "descriptors a child", "");
  private static final Measure STOP = Measure.lower(SECTION.title(), "stopping all", "ms");

  static final List<Target> TARGETS =
      List.of(
          Target.atMost(
              8, "live-memory", "a live idle child, KiB", report -> report.median(MEMORY, "linux")),
          Target.atMost(
              4, "live-files", "its descriptors", report -> report.median(FILES, "linux")));

  private final Options options;
  private final Report report;

  LiveRounds(Options options, Report report) {
    this.options = options;
    this.report = report;
  }

  void run() throws IOException, InterruptedException {
    report.section(SECTION);
    int rounds = Math.min(options.rounds(), MOST_ROUNDS);
    for (int round = 1; round <= rounds; round++) {
      for (LiveContender contender : LiveContender.values()) {
        LiveFigures found = measure(contender);
        report.add(round, MEMORY, contender.label, found.kibAChild());
        report.add(round, THREADS, contender.label, found.threadsAChild());
        report.add(round, FILES, contender.label, found.descriptorsAChild());
        report.add(round, STOP, contender.label, found.stopMillis());
      }
    }
  }

  private LiveFigures measure(LiveContender contender) throws IOException, InterruptedException {
    return LiveFigures.parse(
        Jvm.run(
            LiveChildrenBenchmark.class,
            LiveChildrenBenchmark.JVM_FLAGS,
            contender.name(),
            Integer.toString(options.children())));
  }
}
