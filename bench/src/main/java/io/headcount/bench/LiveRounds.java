package io.headcount.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The second part: {@link LiveChildrenBenchmark} for each contender, in turn. */
final class LiveRounds {
  /** A round costs much and its figures differ little. */
  private static final int MOST_ROUNDS = 3;

  private final Options options;
  private final Map<LiveContender, List<LiveFigures>> figures = new EnumMap<>(LiveContender.class);

  LiveRounds(Options options) {
    this.options = options;
  }

  void run() throws IOException, InterruptedException {
    int rounds = Math.min(options.rounds(), MOST_ROUNDS);
    for (int round = 1; round <= rounds; round++) {
      for (LiveContender contender : LiveContender.values()) {
        LiveFigures found = measure(contender);
        figures.computeIfAbsent(contender, _ -> new ArrayList<>()).add(found);
        System.err.printf("live round %d of %d, %s: %s%n", round, rounds, contender.label, found);
      }
    }
  }

  private LiveFigures measure(LiveContender contender) throws IOException, InterruptedException {
    return LiveFigures.parse(
        Jvm.run(
            LiveChildrenBenchmark.class,
            LiveChildrenBenchmark.JVM_FLAGS,
            contender.name(),
            Integer.toString(options.children())));
  }

  Table table() {
    Table table =
        new Table(
            options.children() + " live idle children: what each costs the JVM, and stopping all",
            List.of("", "KiB", "threads", "descriptors", "stop all, ms"));
    figures.forEach((contender, found) ->
        table.row(
            contender.label,
            Table.ratio(median(found, LiveFigures::kibAChild)),
            Table.ratio(median(found, LiveFigures::threadsAChild)),
            Table.ratio(median(found, LiveFigures::descriptorsAChild)),
            Table.whole(median(found, LiveFigures::stopMillis))));
    return table;
  }

  private static Median median(List<LiveFigures> found, ToDoubleFunction<LiveFigures> figure) {
    return Median.of(found.stream().map(figure::applyAsDouble).toList());
  }
}
