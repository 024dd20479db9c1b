package io.headcount.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The third part: how fast what a child writes reaches its journal, and a client that follows it,
 * beside two cats that do nothing but carry the same bytes.
 */
final class ThroughputRounds {
  /** What is carried before it counts, so that the compiler has seen it and the heap is in use. */
  static final int WARM_UPS = 3;

  private final Options options;
  private final long bytes;
  private final Map<ThroughputContender, List<Double>> rates =
      new EnumMap<>(ThroughputContender.class);

  ThroughputRounds(Options options) {
    this.options = options;
    this.bytes = (long) options.mebibytes() << 20;
  }

  void run() throws IOException, InterruptedException {
    for (int round = 1; round <= options.rounds(); round++) {
      for (ThroughputContender contender : ThroughputContender.values()) {
        double rate = options.mebibytes() / seconds(contender);
        rates.computeIfAbsent(contender, _ -> new ArrayList<>()).add(rate);
        System.err.printf(
            "throughput round %d of %d, %s: %.0f MiB/s%n",
            round, options.rounds(), contender.label, rate);
      }
    }
  }

  private double seconds(ThroughputContender contender) throws IOException, InterruptedException {
    return switch (contender) {
      case CAT -> cat();
      case JOURNAL, SPILLED ->
          Double.parseDouble(
              Jvm.run(
                  JournalBenchmark.class, List.of(), contender.name(), Long.toString(bytes)));
      case FOLLOW -> {
        try (Service service = Service.start(options.jar(), bytes)) {
          for (int i = 0; i < WARM_UPS; i++) {
            service.follow(bytes);
          }
          yield service.follow(bytes);
        }
      }
    };
  }

  private double cat() throws IOException, InterruptedException {
    long began = System.nanoTime();
    int status =
        new ProcessBuilder("sh", "-c", "head -c " + bytes + " /dev/zero | cat | cat >/dev/null")
            .inheritIO()
            .start()
            .waitFor();
    double seconds = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);
    if (status != 0) {
      throw new IOException("head | cat | cat failed with exit status " + status);
    }
    return seconds;
  }

  /** Whether every row keeps what is promised. */
  boolean keepsPromise() {
    return rates.keySet().stream().allMatch(this::keepsPromise);
  }

  private boolean keepsPromise(ThroughputContender contender) {
    return ratio(contender).middle() >= contender.promised;
  }

  Table table() {
    Table table =
        new Table(
            options.mebibytes() + " MiB of head -c /dev/zero, carried: MiB a second",
            List.of("", "MiB/s", "of cat | cat", ""));
    rates.forEach((contender, found) ->
        table.row(
            contender.label,
            Table.whole(Median.of(found)),
            Table.ratio(ratio(contender)),
            keepsPromise(contender) ? "" : "below " + contender.promised));
    return table;
  }

  private Median ratio(ThroughputContender contender) {
    return Median.ofRatios(found(contender), found(ThroughputContender.CAT));
  }

  private List<Double> found(ThroughputContender contender) {
    return rates.getOrDefault(contender, List.of());
  }
}
