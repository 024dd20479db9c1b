package io.headcount.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The fourth part: from the start of the service until it is ready, with the AOT cache of the image
 * and without it, and what it then has in memory when idle. The jar is taken apart as the
 * Dockerfile does it, its script trains the cache, and the JVM has the options that it sets.
 */
final class StartRounds {
  /** With the cache the service is to start in at most this part of the time without. */
  private static final double PROMISED = 0.5;

  /** Longer than the JVM waits before it gives native memory back. */
  private static final Duration IDLE = Duration.ofSeconds(6);

  private static final Pattern VARIABLE =
      Pattern.compile("\\b(JDK_JAVA_OPTIONS|MALLOC_ARENA_MAX)=(?:\"([^\"]*)\"|(\\S+))");

  private final Options options;
  private final Map<String, String> variables;
  private final Map<Contender, List<Double>> millis = new EnumMap<>(Contender.class);
  private final Map<Contender, List<Double>> cpu = new EnumMap<>(Contender.class);
  private final Map<Contender, List<Double>> resident = new EnumMap<>(Contender.class);

  private enum Contender {
    PLAIN("without the AOT cache"),
    CACHED("with it");

    private final String label;

    Contender(String label) {
      this.label = label;
    }
  }

  StartRounds(Options options) throws IOException {
    this.options = options;
    this.variables = variables(Files.readString(Path.of("Dockerfile")));
  }

  /** What the image sets for its JVM. */
  private static Map<String, String> variables(String dockerfile) throws IOException {
    Map<String, String> found = new HashMap<>();
    Matcher variable = VARIABLE.matcher(dockerfile);
    while (variable.find()) {
      String quoted = variable.group(2);
      found.put(variable.group(1), quoted == null ? variable.group(3) : quoted);
    }
    if (found.size() != 2) {
      throw new IOException("expected the JVM's options in the Dockerfile, found " + found);
    }
    return found;
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
    ProcessBuilder training =
        new ProcessBuilder("scripts/train-aot", jar.toString(), cache(jar).toString());
    training.environment().putAll(variables);
    training.environment().put("JAVA_HOME", Path.of(Jvm.java()).getParent().getParent().toString());
    finish(training);
    return jar;
  }

  private static Path cache(Path jar) {
    return jar.resolveSibling("headcount.aot");
  }

  private static void command(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Jvm.java()));
    command.addAll(List.of(arguments));
    finish(new ProcessBuilder(command));
  }

  private static void finish(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(builder.command() + " failed:\n" + said);
    }
  }

  private void measure(Contender contender, Path jar) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("env"));
    variables.forEach((name, value) -> command.add(name + "=" + value));
    command.add(Jvm.java());
    if (contender == Contender.CACHED) {
      command.addAll(List.of("-XX:AOTCache=" + cache(jar), "-XX:AOTMode=on"));
    }
    command.addAll(
        List.of("-jar", jar.toString(), "--server.port=0", "--management.server.port=0"));
    long began = System.nanoTime();
    try (Service service = Service.start(command)) {
      double took = (System.nanoTime() - began) / (double) TimeUnit.MILLISECONDS.toNanos(1);
      millis.computeIfAbsent(contender, _ -> new ArrayList<>()).add(took);
      cpu.computeIfAbsent(contender, _ -> new ArrayList<>()).add(service.cpuMillis());
      Thread.sleep(IDLE);
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
            List.of("", "ms", "processor time, ms", "MiB resident, idle", "of the time without", ""));
    for (Contender contender : Contender.values()) {
      boolean cached = contender == Contender.CACHED;
      table.row(
          contender.label,
          Table.whole(Median.of(millis.get(contender))),
          Table.whole(Median.of(cpu.get(contender))),
          Table.whole(Median.of(resident.get(contender))),
          cached ? Table.ratio(ratio()) : "",
          cached && !keepsPromise() ? "above " + PROMISED : "");
    }
    return table;
  }
}
