package io.headcount.api;

/** A JSON body is longer than the service takes. */
final class BodyTooLargeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BodyTooLargeException(long maxBytes) {
    super("The body is larger than " + maxBytes + " bytes.");
  }
}
