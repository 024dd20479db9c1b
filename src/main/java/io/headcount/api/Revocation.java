package io.headcount.api;

import java.security.Principal;

/** Tells whether what let a caller in is good no more: a request may take long to arrive. */
@FunctionalInterface
public interface Revocation {
  boolean isRevoked(Principal caller);
}
