package io.headcount.bench;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
  private static final Section SECTION =
      new Section(
          "Spawning",
          "Children a second, and processor time a child, from the order to start one until it is settled.",
          "ProcessBuilder",
          "C loop");

  private static final Measure RATE = Measure.higher(SECTION.title(), "no-op", "children/s");
  private static final Measure CPU = Measure.lower(SECTION.title(), "no-op", "us processor time");

  static final List<Target> TARGETS =
      List.of(
          Target.atLeast(
              0.95,
              "spawn-floor",
              "spawn and wait, 2 callers, of the C loop",
              report -> report.ratio(RATE.at(2, "callers"), "linux", "C loop")),
          Target.atLeast(
              2.5,
              "spawn-process-builder",
              "spawn and wait, 2 callers, of ProcessBuilder",
              report -> report.ratio(RATE.at(2, "callers"), "linux", "ProcessBuilder")));

  private final Options options;
  private final Programs programs;
  private final Report report;

  SpawnRounds(Options options, Programs programs, Report report) {
    this.options = options;
    this.programs = programs;
    this.report = report;
  }

  void run() throws IOException, InterruptedException, RunnerException {
    report.section(SECTION);
    for (int round = 1; round <= options.rounds(); round++) {
      for (int callers : options.callers()) {
        add(round, callers, "linux", jmh("linux", callers));
        add(round, callers, "ProcessBuilder", jmh("processBuilder", callers));
        add(round, callers, "C loop", floor(callers));
      }
    }
  }

  private void add(int round, int callers, String contender, Speed speed) {
    report.add(round, RATE.at(callers, "callers"), contender, speed.rate());
    report.add(round, CPU.at(callers, "callers"), contender, speed.cpuMicros());
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
}
