package io.headcount.bench.core;

import io.headcount.bench.report.Report;
import java.util.concurrent.TimeUnit;

/** The rounds of a part: as many as asked for, or as begin before its time is up; one at least. */
final class Budget {
  private final String part;
  private final int rounds;
  private final Report report;
  private final long end;
  private int round;

  /**
   * Begins now.
   *
   * @param part named in the report if it has less than all its rounds
   */
  Budget(String part, Effort effort, Report report) {
    this.part = part;
    this.rounds = effort.rounds();
    this.report = report;
    this.end = System.nanoTime() + TimeUnit.SECONDS.toNanos(effort.secondsAPart());
  }

  /** Begins the next round, if there is one. */
  boolean another() {
    if (round == rounds) {
      return false;
    }
    if (round > 0 && System.nanoTime() - end > 0) {
      report.note("%s: time was up after %d of %d rounds.".formatted(part, round, rounds));
      return false;
    }
    round++;
    return true;
  }

  /** The one that runs, from 1 on. */
  int round() {
    return round;
  }
}
