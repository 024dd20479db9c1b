package io.headcount.bench;

import io.headcount.bench.service.Scale;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param rounds how often each figure is taken, the contenders in turn
 * @param callers how many callers at once, one table row each
 * @param warmUpSeconds seconds that a JVM spawns, with 8 callers, before it is measured
 * @param seconds seconds that are measured
 * @param children live children in the second part
 * @param mebibytes what is carried in the third part
 * @param parts what is measured
 * @param libc whether the child that is spawned has a libc to start
 * @param jar the service, for the third and fourth part
 * @param write the project's folder, into which the results are written; null writes none
 * @param check whether to fail if a target is missed
 */
record Options(
    int rounds,
    List<Integer> callers,
    int warmUpSeconds,
    int seconds,
    int children,
    int mebibytes,
    Set<Part> parts,
    boolean libc,
    Path jar,
    @Nullable Path write,
    boolean check,
    boolean help,
    boolean quick) {

  /** What can be measured on its own. */
  enum Part {
    SPAWN,
    LIVE,
    THROUGHPUT,
    SERVICE
  }

  static final String HELP =
      """
      Measures what a command costs: through Headcount's adapter for Linux, through ProcessBuilder,
      and in a C loop that is compiled on the spot (gcc is needed); how fast its output is
      carried, beside cat; and the whole service over HTTP, beside what people take instead
      (bench/install installs that). Takes about 18 minutes.

      Options:
        --quick            3 minutes: 3 rounds of 1 second, 1 and 2 callers, 512 MiB
        --rounds N         how often each figure is taken; the tables show medians (4)
        --callers A,B,...  callers at once (1,2,8)
        --seconds N        seconds a measurement (2)
        --warmup N         seconds of warm-up before it, in the JVMs, with 8 callers (4)
        --children N       live children in the second part (1000)
        --child bare|libc  spawn a no-op without libc, or one whose libc starts first (bare)
        --mib N            MiB carried in the third part, which takes 3 times that memory (1024)
        --jar FILE         the service that carries them, and that starts (target/headcount.jar)
        --only PART        one part only: spawn, live, throughput or service
        --write DIR        write DIR/bench/RESULTS.md and DIR/docs/bench-*.svg
        --check            exit 1 if a target is missed
        --help             this text
      JMH's own command line: java -cp benchmarks.jar org.openjdk.jmh.Main -h
      """;

  private static final Options DEFAULTS =
      new Options(
          4,
          List.of(1, 2, 8),
          4,
          2,
          1000,
          1024,
          EnumSet.allOf(Part.class),
          false,
          Path.of("target", "headcount.jar"),
          null,
          false,
          false,
          false);
  private static final Options QUICK =
      new Options(
          3,
          List.of(1, 2),
          DEFAULTS.warmUpSeconds,
          1,
          DEFAULTS.children,
          512,
          DEFAULTS.parts,
          DEFAULTS.libc,
          DEFAULTS.jar,
          null,
          false,
          false,
          true);

  /** How much of the whole service is measured. */
  Scale service() {
    return quick ? Scale.quick(libc, jar) : Scale.whole(libc, jar);
  }

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException saying what was expected
   */
  static Options parse(String[] args) {
    List<String> rest = new ArrayList<>(Arrays.asList(args));
    Options base = rest.remove("--quick") ? QUICK : DEFAULTS;
    int rounds = base.rounds;
    List<Integer> callers = base.callers;
    int warmup = base.warmUpSeconds;
    int seconds = base.seconds;
    int children = base.children;
    int mebibytes = base.mebibytes;
    Set<Part> parts = base.parts;
    boolean libc = base.libc;
    Path jar = base.jar;
    Path write = base.write;
    boolean check = false;
    boolean help = false;
    for (int i = 0; i < rest.size(); i++) {
      String option = rest.get(i);
      switch (option) {
        case "--check" -> check = true;
        case "--help", "-h" -> help = true;
        case "--rounds" -> rounds = number(rest, ++i, 1);
        case "--seconds" -> seconds = number(rest, ++i, 1);
        case "--warmup" -> warmup = number(rest, ++i, 0);
        case "--children" -> children = number(rest, ++i, 1);
        case "--mib" -> mebibytes = number(rest, ++i, 1);
        case "--write" -> write = Path.of(value(rest, ++i));
        case "--jar" -> jar = Path.of(value(rest, ++i));
        case "--callers" ->
            callers =
                Arrays.stream(value(rest, ++i).split(","))
                    .map(text -> number(option, text, 1))
                    .toList();
        case "--child" -> libc = oneOf(value(rest, ++i), option, "bare", "libc") == 1;
        case "--only" ->
            parts =
                EnumSet.of(
                    Part.values()[
                        oneOf(value(rest, ++i), option, "spawn", "live", "throughput", "service")]);
        default -> throw new IllegalArgumentException("unknown option " + option);
      }
    }
    return new Options(
        rounds, callers, warmup, seconds, children, mebibytes, parts, libc, jar, write, check, help,
        base.quick);
  }

  private static String value(List<String> args, int index) {
    if (index == args.size()) {
      throw new IllegalArgumentException(args.get(index - 1) + " needs a value");
    }
    return args.get(index);
  }

  /** Which of the words it is. */
  private static int oneOf(String text, String option, String... words) {
    int index = List.of(words).indexOf(text);
    if (index < 0) {
      throw new IllegalArgumentException(
          option + ": expected one of " + String.join(", ", words) + ", got " + text);
    }
    return index;
  }

  private static int number(List<String> args, int index, int least) {
    return number(args.get(index - 1), value(args, index), least);
  }

  private static int number(String option, String text, int least) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(
        option + ": expected a number of " + least + " or more, got " + text);
  }
}
