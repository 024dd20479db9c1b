package io.headcount.output;

/** Why a reader did not get what was written. */
public enum GapCause {
  /** It was still held when the reader came, and not when it was the reader's turn. */
  SLOW("slow"),

  /** It was gone before the reader came. */
  PRUNED("pruned");

  private final String label;

  GapCause(String label) {
    this.label = label;
  }

  /** The name in streams. */
  public String label() {
    return label;
  }
}
