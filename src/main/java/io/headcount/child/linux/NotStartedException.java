package io.headcount.child.linux;

import io.headcount.child.StartFailure;

/** A command cannot be started, or not with what it was to have, so it must not run. */
final class NotStartedException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient StartFailure failure;

  NotStartedException(StartFailure failure) {
    super(failure.message(), null, false, false);
    this.failure = failure;
  }

  StartFailure failure() {
    return failure;
  }
}
