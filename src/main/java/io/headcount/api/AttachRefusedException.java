package io.headcount.api;

import java.io.Serial;

/** A client may not attach, not in this way, or not do so much. */
final class AttachRefusedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final ProblemCode code;

  AttachRefusedException(ProblemCode code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  ProblemCode code() {
    return code;
  }
}
