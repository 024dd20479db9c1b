package io.headcount.bench;

import io.headcount.bench.report.Check;
import io.headcount.bench.report.Machine;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Results;
import io.headcount.bench.report.Target;
import io.headcount.bench.service.ServiceRounds;
import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/** Runs the contenders in turn and prints what came out: see {@code --help} and the README. */
public final class Bench {
  private Bench() {}

  public static void main(String[] args) throws IOException, InterruptedException, RunnerException {
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage() + "\n\n" + Options.HELP);
      System.exit(2);
      return;
    }
    if (options.help()) {
      System.out.print(Options.HELP);
      return;
    }
    Report report = new Report();
    report.fact("command", command(args));
    report.fact("date", LocalDate.now(ZoneOffset.UTC).toString());
    report.fact("machine", Machine.describe());
    report.fact("load before", "%.1f".formatted(Machine.load()));
    List<Target> targets = run(options, report);
    report.fact("load after", "%.1f, the benchmark's own included".formatted(Machine.load()));
    Results results = new Results(report, Check.of(report, targets));
    System.out.println(results.text());
    if (options.write() != null) {
      results.write(options.write());
    }
    boolean reached = results.checks().stream().allMatch(Check::reached);
    System.exit(reached || !options.check() ? 0 : 1);
  }

  /** As one types it, without the paths that {@code make} adds. */
  private static String command(String[] args) {
    String asked = String.join(" ", args).replaceAll("--(jar|write) \\S+", "").strip();
    return switch (asked) {
      case "" -> "make bench";
      case "--quick" -> "make bench-quick";
      default -> "make bench ARGS=\"" + asked + "\"";
    };
  }

  /** Measures what is asked for, and says what that must show. */
  private static List<Target> run(Options options, Report report)
      throws IOException, InterruptedException, RunnerException {
    List<Target> targets = new ArrayList<>();
    if (options.parts().contains(Options.Part.SPAWN)) {
      try (Programs programs = Programs.compile(options.libc())) {
        new SpawnRounds(options, programs, report).run();
      }
      targets.addAll(SpawnRounds.TARGETS);
    }
    if (options.parts().contains(Options.Part.LIVE)) {
      new LiveRounds(options, report).run();
      targets.addAll(LiveRounds.TARGETS);
    }
    if (options.parts().contains(Options.Part.THROUGHPUT)) {
      new ThroughputRounds(options, report).run();
      targets.addAll(ThroughputRounds.TARGETS);
    }
    if (options.parts().contains(Options.Part.SERVICE)) {
      new ServiceRounds(options.service(), report).run();
      targets.addAll(ServiceRounds.TARGETS);
    }
    return targets;
  }
}
