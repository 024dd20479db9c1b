package io.headcount.api;

import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import org.springframework.security.authentication.CredentialsExpiredException;
import org.springframework.security.core.AuthenticationException;

/**
 * Tells whether what let a caller in is good no more: a request may take long to arrive, and its
 * answer to come.
 */
@FunctionalInterface
public interface Revocation {
  boolean isRevoked(Principal caller);

  /**
   * Refuses a request of such a caller.
   *
   * @throws AuthenticationException if it is one
   */
  default void check(HttpServletRequest request) {
    Principal caller = request.getUserPrincipal();
    if (caller != null && isRevoked(caller)) {
      throw refusal();
    }
  }

  /** What such a caller is answered with. */
  static AuthenticationException refusal() {
    return new CredentialsExpiredException("The token of the caller is good no more.");
  }
}
