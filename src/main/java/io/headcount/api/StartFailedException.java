package io.headcount.api;

import io.headcount.child.StartFailure;

/** A run was started while its client waited, and its command did not start. */
final class StartFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String runId;
  private final transient StartFailure failure;

  StartFailedException(String runId, StartFailure failure) {
    super(failure.message(), null, false, false);
    this.runId = runId;
    this.failure = failure;
  }

  String runId() {
    return runId;
  }

  StartFailure failure() {
    return failure;
  }
}
