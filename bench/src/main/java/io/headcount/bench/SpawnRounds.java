package io.headcount.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The first part: {@link SpawnBenchmark}'s two ways and the C loop, one after the other, round
 * after round, so that a machine that is busy with something else for a while is so for all three.
 */
final class SpawnRounds {
  /** What the linux adapter must reach, in ProcessBuilders. */
  static final double PROMISED = 2.2;

  private final Options options;
  private final Programs programs;
  private final Map<Integer, Rounds> byCallers = new TreeMap<>();

  /** What each contender did, one figure a round. */
  private record Rounds(List<Speed> linux, List<Speed> processBuilder, List<Speed> floor) {
    Rounds() {
      this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    Median overProcessBuilder() {
      return Median.ofRatios(rates(linux), rates(processBuilder));
    }

    Median overFloor() {
      return Median.ofRatios(rates(linux), rates(floor));
    }
  }

  SpawnRounds(Options options, Programs programs) {
    this.options = options;
    this.programs = programs;
  }

  void run() throws IOException, InterruptedException, RunnerException {
    for (int round = 1; round <= options.rounds(); round++) {
      for (int callers : options.callers()) {
        Rounds rounds = byCallers.computeIfAbsent(callers, _ -> new Rounds());
        rounds.linux.add(jmh("linux", callers));
        rounds.processBuilder.add(jmh("processBuilder", callers));
        rounds.floor.add(floor(callers));
        System.err.printf(
            "spawn round %d of %d, callers %d: linux %.0f/s, ProcessBuilder %.0f/s, C %.0f/s%n",
            round,
            options.rounds(),
            callers,
            rounds.linux.getLast().rate(),
            rounds.processBuilder.getLast().rate(),
            rounds.floor.getLast().rate());
      }
    }
  }

  /** One method of {@link SpawnBenchmark}, in a JVM of its own. */
  private Speed jmh(String method, int callers) throws RunnerException {
    RunResult result =
        new Runner(
                new OptionsBuilder()
                    .include("^" + SpawnBenchmark.class.getName() + "\\." + method + "$")
                    .threads(callers)
                    .param("warmUpSeconds", Integer.toString(options.warmUpSeconds()))
                    .measurementIterations(options.seconds())
                    .measurementTime(TimeValue.seconds(1))
                    .addProfiler(CpuProfiler.class)
                    .jvmArgsPrepend(programs.noopFlag())
                    .shouldFailOnError(true)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .runSingle();
    return new Speed(
        result.getPrimaryResult().getScore(),
        result.getSecondaryResults().get(CpuProfiler.LABEL).getScore());
  }

  /** The C loop with as many threads as there are callers. */
  private Speed floor(int callers) throws IOException, InterruptedException {
    Process loop =
        new ProcessBuilder(
                programs.spawnLoop().toString(),
                programs.noop().toString(),
                Integer.toString(callers),
                Integer.toString(options.seconds()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String answer = new String(loop.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    int status = loop.waitFor();
    if (status != 0) {
      throw new IOException("the C loop failed with exit status " + status);
    }
    return Speed.parse(answer);
  }

  /** Whether every row keeps what is promised. */
  boolean keepsPromise() {
    return byCallers.values().stream()
        .allMatch(rounds -> rounds.overProcessBuilder().middle() >= PROMISED);
  }

  Table rateTable() {
    Table table =
        new Table(
            "Spawn a static no-op and see it settled: children a second",
            List.of("callers", "linux", "ProcessBuilder", "C loop", "linux/PB", "linux/C", ""));
    byCallers.forEach((callers, rounds) -> {
      Median ratio = rounds.overProcessBuilder();
      table.row(
          Integer.toString(callers),
          Table.whole(Median.of(rates(rounds.linux))),
          Table.whole(Median.of(rates(rounds.processBuilder))),
          Table.whole(Median.of(rates(rounds.floor))),
          Table.ratio(ratio),
          Table.ratio(rounds.overFloor()),
          ratio.middle() < PROMISED ? "below " + PROMISED : "");
    });
    return table;
  }

  Table cpuTable() {
    Table table =
        new Table(
            "The same: processor time a child, microseconds, its own included",
            List.of("callers", "linux", "ProcessBuilder", "C loop", "PB/linux", "C/linux"));
    byCallers.forEach((callers, rounds) ->
        table.row(
            Integer.toString(callers),
            Table.whole(Median.of(cpu(rounds.linux))),
            Table.whole(Median.of(cpu(rounds.processBuilder))),
            Table.whole(Median.of(cpu(rounds.floor))),
            Table.ratio(Median.ofRatios(cpu(rounds.processBuilder), cpu(rounds.linux))),
            Table.ratio(Median.ofRatios(cpu(rounds.floor), cpu(rounds.linux)))));
    return table;
  }

  private static List<Double> rates(List<Speed> speeds) {
    return each(speeds, Speed::rate);
  }

  private static List<Double> cpu(List<Speed> speeds) {
    return each(speeds, Speed::cpuMicros);
  }

  private static List<Double> each(List<Speed> speeds, ToDoubleFunction<Speed> figure) {
    return speeds.stream().map(figure::applyAsDouble).toList();
  }
}
