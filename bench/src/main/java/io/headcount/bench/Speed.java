package io.headcount.bench;

/**
 * What one contender did in one round.
 *
 * @param rate children a second
 * @param cpuMicros processor time a child, its own and what was spent on it
 */
record Speed(double rate, double cpuMicros) {

  /** As the C loop prints it: the two numbers. */
  static Speed parse(String line) {
    String[] words = line.strip().split(" ");
    return new Speed(Double.parseDouble(words[0]), Double.parseDouble(words[1]));
  }
}
