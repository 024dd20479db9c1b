package io.headcount.bench;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The middle of some figures, and how far they lie apart.
 *
 * @param middle the median
 * @param least the smallest
 * @param most the largest
 */
record Median(double middle, double least, double most) {

  static Median of(List<Double> figures) {
    List<Double> sorted = figures.stream().sorted().toList();
    int half = sorted.size() / 2;
    double middle =
        sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    return new Median(middle, sorted.getFirst(), sorted.getLast());
  }

  /**
   * The median of the rounds' own ratios: what slows the machine for a round slows both sides of
   * it, so this is steadier than a ratio of medians.
   */
  static Median ofRatios(List<Double> above, List<Double> below) {
    return of(IntStream.range(0, above.size()).mapToObj(i -> above.get(i) / below.get(i)).toList());
  }
}
