package io.headcount.api;

import java.security.Principal;
import org.springframework.security.authentication.CredentialsExpiredException;
import org.springframework.security.core.AuthenticationException;

/** Tells whether what let a caller in is good no more: a request may take long to arrive. */
@FunctionalInterface
public interface Revocation {
  boolean isRevoked(Principal caller);

  /** What such a caller is answered with. */
  static AuthenticationException refusal() {
    return new CredentialsExpiredException("The token of the caller is good no more.");
  }
}
