package io.headcount.bench;

/** What carries bytes in the third part. */
enum ThroughputContender {
  CAT("cat | cat"),
  JOURNAL("child to journal"),
  SPILLED("child to journal and disk"),
  FOLLOW("follow over loopback");

  final String label;

  ThroughputContender(String label) {
    this.label = label;
  }
}
