package io.headcount.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The fourth part: from the start of the service until it is ready, with the AOT cache of the image
 * and without it, and what it then has in memory. The jar is taken apart, the cache trained and the
 * JVM set as the Dockerfile does it.
 */
final class StartRounds {
  /** With the cache the service is to start in at most this part of the time without. */
  private static final double PROMISED = 0.5;

  private static final List<String> FLAGS =
      List.of("-XX:+UseSerialGC", "-XX:MaxRAMPercentage=30", "--enable-native-access=ALL-UNNAMED");

  private final Options options;
  private final Map<Contender, List<Double>> millis = new EnumMap<>(Contender.class);
  private final Map<Contender, List<Double>> resident = new EnumMap<>(Contender.class);

  private enum Contender {
    PLAIN("without the AOT cache"),
    CACHED("with it");

    private final String label;

    Contender(String label) {
      this.label = label;
    }
  }

  StartRounds(Options options) {
    this.options = options;
  }

  void run() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("headcount-start");
    try {
      Path jar = trained(folder);
      for (int round = 1; round <= options.rounds(); round++) {
        for (Contender contender : Contender.values()) {
          measure(contender, jar);
          System.err.printf(
              "start round %d of %d, %s: %.0f ms%n",
              round, options.rounds(), contender.label, millis.get(contender).getLast());
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

  private void measure(Contender contender, Path jar) throws IOException, InterruptedException {
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
      millis.computeIfAbsent(contender, _ -> new ArrayList<>()).add(took);
      resident
          .computeIfAbsent(contender, _ -> new ArrayList<>())
          .add(service.residentMebibytes());
    }
  }

  /** Whether the cache is worth what is promised of it. */
  boolean keepsPromise() {
    return ratio().middle() <= PROMISED;
  }

  private Median ratio() {
    return Median.ofRatios(millis.get(Contender.CACHED), millis.get(Contender.PLAIN));
  }

  Table table() {
    Table table =
        new Table(
            "the start of the service, until it is ready",
            List.of("", "ms", "MiB resident", "of the time without", ""));
    for (Contender contender : Contender.values()) {
      boolean cached = contender == Contender.CACHED;
      table.row(
          contender.label,
          Table.whole(Median.of(millis.get(contender))),
          Table.whole(Median.of(resident.get(contender))),
          cached ? Table.ratio(ratio()) : "",
          cached && !keepsPromise() ? "above " + PROMISED : "");
    }
    return table;
  }
}
