package io.headcount.child;

/** This machine lacks something that an adapter cannot do without; the message says what. */
public final class UnsupportedPlatformException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnsupportedPlatformException(String message) {
    super(message);
  }
}
