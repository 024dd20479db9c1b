package io.headcount.child;

/** The processes below us could not be looked at now: no descriptor was free to do it with. */
public final class UnreadableMachineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnreadableMachineException() {
    super("No descriptor is free to look at processes with; try again later.");
  }
}
