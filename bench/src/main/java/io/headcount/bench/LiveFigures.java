package io.headcount.bench;

import java.util.Locale;

/**
 * What {@link LiveChildrenBenchmark} found, as one line of text between two JVMs.
 *
 * @param kibAChild memory in the JVM, heap and other
 * @param threadsAChild threads in the JVM
 * @param descriptorsAChild descriptors in the JVM
 * @param stopMillis from the order to stop them all until the last is settled
 */
record LiveFigures(
    double kibAChild, double threadsAChild, double descriptorsAChild, double stopMillis) {

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%f %f %f %f", kibAChild, threadsAChild, descriptorsAChild, stopMillis);
  }

  static LiveFigures parse(String line) {
    String[] words = line.strip().split(" ");
    return new LiveFigures(
        Double.parseDouble(words[0]),
        Double.parseDouble(words[1]),
        Double.parseDouble(words[2]),
        Double.parseDouble(words[3]));
  }
}
