package io.headcount.bench;

import io.headcount.bench.core.Jvm;
import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The fourth part: from the start of the service until it is ready, with the AOT cache of the image
 * and without it, and what it then has in memory. The jar is taken apart, the cache trained and the
 * JVM set as the Dockerfile does it.
 */
final class StartRounds {
  private static final Section SECTION =
      new Section(
          "Start",
          "From the start of the service's JVM until it is ready, taken apart as the image has it and with the image's options, and what is then"
              + " resident; with the image's AOT cache and without it.",
          Contender.PLAIN.label,
          null);

  static final Measure READY = Measure.lower(SECTION.title(), "until it is ready", "ms");
  static final Measure RESIDENT = Measure.lower(SECTION.title(), "resident when ready", "MiB");

  static final List<Target> TARGETS =
      List.of(
          Target.atMost(
              1500,
              "start",
              "ready with the AOT cache, ms",
              report -> report.median(READY, Contender.CACHED.label)),
          Target.atMost(
              0.5,
              "start-cache",
              "ready with the AOT cache, of the time without",
              report -> report.ratio(READY, Contender.CACHED.label, Contender.PLAIN.label)),
          Target.atMost(
              160,
              "idle-memory",
              "resident when idle, MiB",
              report -> report.median(RESIDENT, Contender.CACHED.label)));

  private static final List<String> FLAGS =
      List.of("-XX:+UseSerialGC", "-XX:MaxRAMPercentage=30", "--enable-native-access=ALL-UNNAMED");

  private final Options options;
  private final Report report;

  private enum Contender {
    PLAIN("headcount, no AOT cache"),
    CACHED("headcount");

    private final String label;

    Contender(String label) {
      this.label = label;
    }
  }

  StartRounds(Options options, Report report) {
    this.options = options;
    this.report = report;
  }

  void run() throws IOException, InterruptedException {
    report.section(SECTION);
    Path folder = Files.createTempDirectory("headcount-start");
    try {
      Path jar = trained(folder);
      for (int round = 1; round <= options.rounds(); round++) {
        for (Contender contender : Contender.values()) {
          measure(round, contender, jar);
        }
      }
    } finally {
      try (Stream<Path> all = Files.walk(folder)) {
        all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  /** Takes the jar apart and trains the cache. */
  private Path trained(Path folder) throws IOException, InterruptedException {
    command(
        "-Djarmode=tools",
        "-jar",
        options.jar().toString(),
        "extract",
        "--destination",
        folder.toString(),
        "--force");
    Path jar = folder.resolve(options.jar().getFileName());
    List<String> training = new ArrayList<>(FLAGS);
    training.addAll(
        List.of(
            "-XX:AOTCacheOutput=" + cache(jar),
            "-Dspring.context.exit=onRefresh",
            "-jar",
            jar.toString(),
            "--server.port=0",
            "--management.server.port=0"));
    command(training.toArray(String[]::new));
    return jar;
  }

  private static Path cache(Path jar) {
    return jar.resolveSibling("headcount.aot");
  }

  private static void command(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Jvm.java()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(command + " failed:\n" + said);
    }
  }

  private void measure(int round, Contender contender, Path jar)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Jvm.java()));
    command.addAll(FLAGS);
    if (contender == Contender.CACHED) {
      command.addAll(List.of("-XX:AOTCache=" + cache(jar), "-XX:AOTMode=on"));
    }
    command.addAll(
        List.of("-jar", jar.toString(), "--server.port=0", "--management.server.port=0"));
    long began = System.nanoTime();
    try (Service service = Service.start(command)) {
      double took = (System.nanoTime() - began) / (double) TimeUnit.MILLISECONDS.toNanos(1);
      report.add(round, READY, contender.label, took);
      report.add(round, RESIDENT, contender.label, service.residentMebibytes());
    }
  }
}
