package io.headcount.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.InsufficientAuthenticationException;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Answers those who are not let in, by the same advice as everything else. */
final class Refusals implements AuthenticationEntryPoint, AccessDeniedHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  private final HandlerExceptionResolver answers;

  Refusals(HandlerExceptionResolver answers) {
    this.answers = answers;
  }

  /** Why a token is not good is for the log: who tries tokens need not know. */
  @Override
  public void commence(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
      throws IOException {
    boolean none = request.getHeader(HttpHeaders.AUTHORIZATION) == null;
    response.setHeader(
        HttpHeaders.WWW_AUTHENTICATE,
        "Bearer realm=\"headcount\"" + (none ? "" : ", error=\"invalid_token\""));
    if (failure instanceof AuthenticationServiceException) {
      LOG.warn("event=token-not-checked", failure);
    }
    answer(
        request,
        response,
        none
            ? new InsufficientAuthenticationException(
                "Expected a header Authorization: Bearer <token>, or a client certificate of a name"
                    + " that is known; got neither.")
            : new BadCredentialsException("The token is not good, or no longer."),
        HttpServletResponse.SC_UNAUTHORIZED);
  }

  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, AccessDeniedException failure)
      throws IOException {
    answer(
        request,
        response,
        failure instanceof AuthorizationDeniedException
            ? new AccessDeniedException(
                "The role of the caller does not allow " + request.getMethod() + " here.")
            : failure,
        HttpServletResponse.SC_FORBIDDEN);
  }

  private void answer(
      HttpServletRequest request, HttpServletResponse response, Exception refusal, int status)
      throws IOException {
    if (answers.resolveException(request, response, null, refusal) == null) {
      response.sendError(status);
    }
  }
}
