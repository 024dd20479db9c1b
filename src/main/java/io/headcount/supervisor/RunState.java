package io.headcount.supervisor;

/** Where a run stands. It only ever moves down this list. */
public enum RunState {
  /** Waits for a place, or for the runs it replaces. */
  QUEUED("queued"),
  /** Has a place; the command is being started. */
  STARTING("starting"),
  /** The command runs. */
  RUNNING("running"),
  /** It is being ended, or its leader has exited and the rest is awaited. */
  EXITING("exiting"),
  /** Over: the tree was seen empty, or what is left is reported. */
  EXITED("exited");

  private final String label;

  RunState(String label) {
    this.label = label;
  }

  /** The name in JSON and meters. */
  public String label() {
    return label;
  }
}
