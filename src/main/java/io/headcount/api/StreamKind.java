package io.headcount.api;

/** Kinds of streams that stay open, as the meters tell them apart. */
public enum StreamKind {
  /** The state changes of all runs. */
  EVENTS("events"),
  /** The events of one run. */
  RUN_EVENTS("run-events"),
  /** Raw output as it comes. */
  OUTPUT_FOLLOW("output-follow"),
  /** A body that is being written to standard input. */
  STDIN("stdin"),
  /** A WebSocket attached to one run. */
  ATTACH("attach");

  private final String label;

  StreamKind(String label) {
    this.label = label;
  }

  /** The name in meters. */
  public String label() {
    return label;
  }
}
