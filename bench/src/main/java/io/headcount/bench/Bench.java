package io.headcount.bench;

import java.io.IOException;
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
    System.exit(run(options) || !options.check() ? 0 : 1);
  }

  /** Says whether the promised ratios were kept, as they are where they were not measured. */
  private static boolean run(Options options)
      throws IOException, InterruptedException, RunnerException {
    boolean kept = true;
    System.out.printf(
        "%s, %d processors, kernel %s, Java %s. Each figure: median (least-most).%n",
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("os.version"),
        Runtime.version());
    if (options.parts().contains(Options.Part.SPAWN)) {
      try (Programs programs = Programs.compile(options.libc())) {
        SpawnRounds spawn = new SpawnRounds(options, programs);
        spawn.run();
        System.out.println("\n" + spawn.rateTable() + "\n" + spawn.cpuTable());
        kept = spawn.keepsPromise();
      }
    }
    if (options.parts().contains(Options.Part.LIVE)) {
      LiveRounds live = new LiveRounds(options);
      live.run();
      System.out.println("\n" + live.table());
    }
    if (options.parts().contains(Options.Part.THROUGHPUT)) {
      ThroughputRounds throughput = new ThroughputRounds(options);
      throughput.run();
      System.out.println("\n" + throughput.table());
      kept &= throughput.keepsPromise();
    }
    if (options.parts().contains(Options.Part.START)) {
      StartRounds start = new StartRounds(options);
      start.run();
      System.out.println("\n" + start.table());
      kept &= start.keepsPromise();
    }
    if (options.parts().contains(Options.Part.COST)) {
      CostRounds cost = new CostRounds(options);
      cost.run();
      System.out.println("\n" + cost.table());
      kept &= cost.keepsPromise();
    }
    return kept;
  }
}
