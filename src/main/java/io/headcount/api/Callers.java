package io.headcount.api;

import jakarta.servlet.http.HttpServletRequest;

/** Tells who calls. */
@FunctionalInterface
public interface Callers {
  /**
   * The role of a request's caller.
   *
   * @return {@code admin}, {@code runner}, {@code viewer}, or anything else for none of them
   */
  String role(HttpServletRequest request);
}
