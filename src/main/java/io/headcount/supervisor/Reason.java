package io.headcount.supervisor;

/** Why a run ended. The first cause wins, and everything that tells of the run tells the same. */
public enum Reason {
  EXIT("exit"),
  SIGNAL("signal"),
  MANUAL_CANCEL("manual-cancel"),
  OVERALL_TIMEOUT("overall-timeout"),
  NO_OUTPUT_TIMEOUT("no-output-timeout"),
  QUEUE_TIMEOUT("queue-timeout"),
  OUTPUT_LIMIT("output-limit"),
  SHUTDOWN("shutdown"),
  SPAWN_ERROR("spawn-error"),
  LOST("lost");

  private final String label;

  Reason(String label) {
    this.label = label;
  }

  /** The name in JSON, logs and meters. */
  public String label() {
    return label;
  }
}
