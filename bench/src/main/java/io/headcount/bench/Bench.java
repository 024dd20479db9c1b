package io.headcount.bench;

import io.headcount.bench.core.Core;
import io.headcount.bench.report.Check;
import io.headcount.bench.report.Machine;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Results;
import io.headcount.bench.report.Target;
import io.headcount.bench.service.ServiceRounds;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/** Runs the contenders in turn and prints what came out: see {@code --help} and the README. */
public final class Bench {
  private Bench() {}

  public static void main(String[] args) throws IOException, InterruptedException {
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
    report.fact("contenders", versions());
    report.fact("load before", "%.1f".formatted(Machine.load()));
    List<Target> targets;
    try {
      targets = run(options, report);
    } catch (IOException | RuntimeException e) {
      System.out.println(new Results(report, List.of(), options.quick()).text());
      throw e; // what was measured until then is not lost, but no result to be written down
    }
    report.fact("load after", "%.1f, the benchmark's own included".formatted(Machine.load()));
    report.end();
    Results results = new Results(report, Check.of(report, targets), options.quick());
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

  private static String versions() throws IOException {
    Properties versions = new Properties();
    try (InputStream text = Bench.class.getResourceAsStream("/versions.properties")) {
      versions.load(Objects.requireNonNull(text));
    }
    return versions.stringPropertyNames().stream()
        .sorted()
        .map(name -> name + " " + versions.getProperty(name))
        .collect(Collectors.joining(", "));
  }

  /** Measures what is asked for, and says what that must show. */
  private static List<Target> run(Options options, Report report)
      throws IOException, InterruptedException {
    List<Target> targets = new ArrayList<>();
    Set<Core.Part> core = EnumSet.allOf(Core.Part.class);
    core.removeIf(part -> !options.parts().contains(Options.Part.valueOf(part.name())));
    if (!core.isEmpty()) {
      targets.addAll(new Core(options.effort(), report).run(core));
    }
    if (options.parts().contains(Options.Part.THROUGHPUT)) {
      new ThroughputRounds(options, report).run();
      targets.addAll(ThroughputRounds.TARGETS);
    }
    Set<ServiceRounds.Part> service = EnumSet.allOf(ServiceRounds.Part.class);
    service.removeIf(part -> !options.parts().contains(Options.Part.valueOf(part.name())));
    if (!service.isEmpty()) {
      targets.addAll(
          new ServiceRounds(options.service(), options.jar(), report).run(service));
    }
    return targets;
  }
}
