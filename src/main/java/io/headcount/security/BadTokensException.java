package io.headcount.security;

import java.io.Serial;

/** The file of tokens cannot be used; the message says which line, and never what stands there. */
public final class BadTokensException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  BadTokensException(String message) {
    super(message);
  }
}
