package io.headcount.connections;

/** Why a connection was ended by the service. */
public enum CutCause {
  /** The head of a request took too long. */
  SLOW_HEAD("slow-head"),
  /** It waited for its client while another came for whom there was no room. */
  DISPLACED("displaced");

  private final String label;

  CutCause(String label) {
    this.label = label;
  }

  /** The name in meters. */
  public String label() {
    return label;
  }
}
