package io.headcount.bench;

/** Who keeps children alive in the second part. */
enum LiveContender {
  LINUX("linux"),
  PROCESS_BUILDER("ProcessBuilder, nobody reads"),
  PROCESS_BUILDER_READ("ProcessBuilder, both streams read");

  final String label;

  LiveContender(String label) {
    this.label = label;
  }
}
