package io.headcount.bench;

import io.headcount.bench.core.Effort;
import io.headcount.bench.core.Way;
import io.headcount.bench.service.Scale;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param quick whether it is the quick form
 * @param effort how much of the core
 * @param service how much of the service over HTTP
 * @param mebibytes what is carried by the service
 * @param parts what is measured
 * @param jar the service
 * @param write the project's folder, into which the results are written; null writes none, as does
 *     a run of some parts or contenders only
 * @param check whether to fail if a target is missed
 */
record Options(
    boolean quick,
    Effort effort,
    Scale service,
    int mebibytes,
    Set<Part> parts,
    Path jar,
    @Nullable Path write,
    boolean check,
    boolean help) {

  /**
   * What can be measured on its own. The first ones are {@link io.headcount.bench.core.Core}'s, the
   * last ones {@link io.headcount.bench.service.ServiceRounds}'.
   */
  enum Part {
    SPAWN,
    LIVE,
    TREE,
    BYTES,
    ALIVE,
    THROUGHPUT,
    SERVICE,
    COST;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static final String HELP =
      """
      Measures what commands cost through Headcount's adapters, through the libraries that one would
      take instead, and through a program in C that is compiled on the spot (gcc is needed); how fast
      their output is carried; and the service over HTTP, beside what people take instead of it
      (bench/install installs that). Prints a table and what it must show.

      Options:
        --quick            what it must show, and little else
        --smoke            everybody once, to see that all of it works; the figures mean nothing
        --rounds N         how often each figure is taken; the tables show medians
        --millis N         how long the measurement of a rate takes
        --callers A,B,...  how many spawn at once
        --with A;B;...     these contenders of the core only, as the tables call them
        --mib N            MiB carried by the service, which takes 3 times that memory
        --jar FILE         the service (target/headcount.jar)
        --only A,B,...     these parts only: spawn, live, tree, bytes, alive, throughput, service,
                           cost (of callers and policy; measured only when it is named)
        --write DIR        write DIR/bench/RESULTS.md and DIR/docs/bench-*.svg, with --quick
                           DIR/bench/RESULTS-QUICK.md, unless --only or --with leave something out
        --check            exit 1 if a target is missed
        --help             this text
      JMH's own command line: java -cp benchmarks.jar org.openjdk.jmh.Main -h
      """;

  private static final Path JAR = Path.of("target", "headcount.jar");

  /** Everything but what callers and a policy cost, which is compared with nobody else. */
  private static final Set<Part> COMPARED = EnumSet.complementOf(EnumSet.of(Part.COST));

  private static final Options FULL =
      new Options(false, Effort.FULL, Scale.FULL, 512, COMPARED, JAR, null, false, false);
  private static final Options QUICK =
      new Options(
          true,
          Effort.QUICK,
          Scale.QUICK,
          512,
          EnumSet.of(Part.SPAWN, Part.LIVE, Part.ALIVE, Part.SERVICE),
          JAR,
          null,
          false,
          false);
  private static final Options SMOKE =
      new Options(false, Effort.SMOKE, Scale.SMOKE, 1, COMPARED, JAR, null, false, false);

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException saying what was expected
   */
  static Options parse(String[] args) {
    List<String> rest = new ArrayList<>(Arrays.asList(args));
    Options base = rest.remove("--smoke") ? SMOKE : rest.remove("--quick") ? QUICK : FULL;
    Effort effort = base.effort;
    int mebibytes = base.mebibytes;
    Set<Part> parts = base.parts;
    Path jar = base.jar;
    Path write = base.write;
    boolean whole = true;
    boolean check = false;
    boolean help = false;
    for (int i = 0; i < rest.size(); i++) {
      String option = rest.get(i);
      switch (option) {
        case "--check" -> check = true;
        case "--help", "-h" -> help = true;
        case "--rounds" -> effort = effort.withRounds(number(option, value(rest, ++i)));
        case "--millis" -> effort = effort.withMillis(number(option, value(rest, ++i)));
        case "--callers" ->
            effort =
                effort.withCallers(
                    Arrays.stream(value(rest, ++i).split(","))
                        .map(text -> number(option, text))
                        .toList());
        case "--with" -> {
          effort = effort.withWays(ways(value(rest, ++i)));
          whole = false;
        }
        case "--mib" -> mebibytes = number(option, value(rest, ++i));
        case "--jar" -> jar = Path.of(value(rest, ++i));
        case "--write" -> write = Path.of(value(rest, ++i));
        case "--only" -> {
          parts =
              Arrays.stream(value(rest, ++i).split(","))
                  .map(Options::part)
                  .collect(Collectors.toCollection(() -> EnumSet.noneOf(Part.class)));
          whole = false;
        }
        default -> throw new IllegalArgumentException("unknown option " + option);
      }
    }
    return new Options(
        base.quick, effort, base.service, mebibytes, parts, jar, whole ? write : null, check, help);
  }

  private static String value(List<String> args, int index) {
    if (index == args.size()) {
      throw new IllegalArgumentException(args.get(index - 1) + " needs a value");
    }
    return args.get(index);
  }

  private static Set<Way> ways(String text) {
    List<String> labels = List.of(text.split(";"));
    Set<Way> ways = EnumSet.allOf(Way.class);
    ways.removeIf(way -> !labels.contains(way.label()));
    if (ways.size() != labels.size()) {
      throw new IllegalArgumentException(
          "--with: expected some of "
              + Arrays.stream(Way.values()).map(Way::label).collect(Collectors.joining(";"))
              + ", got "
              + text);
    }
    return ways;
  }

  private static Part part(String text) {
    return Arrays.stream(Part.values())
        .filter(part -> part.toString().equals(text))
        .findAny()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "--only: expected some of " + List.of(Part.values()) + ", got " + text));
  }

  private static int number(String option, String text) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 1) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(option + ": expected a number of 1 or more, got " + text);
  }

  /** How often each figure is taken. */
  int rounds() {
    return effort.rounds();
  }
}
