package io.headcount.output;

/** Why bytes are no longer held although their run is still remembered. */
public enum DropCause {
  /** The run's own limits are reached; the oldest went. */
  PRUNED("pruned"),

  /** All runs together are at the limit of memory or disk. */
  BUDGET("budget"),

  /** The disk did not take or return them: full, not writable, or gone. */
  DISK_ERROR("disk-error");

  private final String label;

  DropCause(String label) {
    this.label = label;
  }

  /** The name in meters. */
  public String label() {
    return label;
  }
}
