package io.headcount.bench;

/** What carries bytes in the third part, and how fast it is promised to be. */
enum ThroughputContender {
  CAT("cat | cat >/dev/null", 0),
  JOURNAL("child to journal", 0.8),
  SPILLED("child to journal and disk", 0),
  FOLLOW("follow over loopback", 0.5);

  final String label;

  /** The least part of {@link #CAT}'s rate; 0 is no promise. */
  final double promised;

  ThroughputContender(String label, double promised) {
    this.label = label;
    this.promised = promised;
  }
}
