package io.headcount.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Tells the audit log of requests: those that change something, those that attach, and any that
 * were refused to whoever asked. Outermost of all filters but the one that begins the request's
 * span, so that it sees what others refuse and its lines have the trace; who calls stands in the
 * security context that they leave.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
final class AuditFilter extends OncePerRequestFilter {
  /** The attribute with what was asked to run: the name of a command, or of a program. */
  static final String COMMAND = "io.headcount.audit.command";

  /** The attribute with the ids of all runs that are ended at once. */
  static final String ALL = "io.headcount.audit.runs";

  /** The attribute with the id of the run that it was let act on, whatever is answered then. */
  static final String ALLOWED = "io.headcount.audit.allowed";

  /** The attribute that says that the answer hides a refusal. */
  static final String HIDDEN = "io.headcount.audit.hidden";

  private static final String RUNS = "/v1/runs/";

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return !AuditLog.isOn() || !request.getRequestURI().startsWith("/v1/");
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    boolean answered = false;
    try {
      chain.doFilter(request, response);
      answered = true;
    } finally {
      int status = response.getStatus();
      boolean hidden = request.getAttribute(HIDDEN) != null;
      if (isAct(request) || hidden || status == 401 || status == 403) {
        AuditLog.write(
            AuditLog.Source.of(request),
            run(request),
            what(request),
            request.getAttribute(ALLOWED) != null || (!hidden && AuditLog.isAllowed(status)),
            answered ? status : null);
      }
    }
  }

  private static Map<String, @Nullable Object> what(HttpServletRequest request) {
    Map<String, @Nullable Object> what = new LinkedHashMap<>();
    what.put("command", request.getAttribute(COMMAND));
    if (request.getAttribute(ALL) instanceof List<?> runs) {
      what.put("runs", runs);
    }
    return what;
  }

  private static boolean isAct(HttpServletRequest request) {
    return switch (request.getMethod()) {
      case "GET" -> request.getRequestURI().endsWith("/attach");
      case "HEAD", "OPTIONS", "TRACE" -> false;
      default -> true;
    };
  }

  /** The run that was started, or the one in the path. */
  private static @Nullable String run(HttpServletRequest request) {
    if (request.getAttribute(ALLOWED) instanceof String known) {
      return known;
    }
    String path = request.getRequestURI();
    if (!path.startsWith(RUNS) || path.equals(RUNS + "cancel")) {
      return null;
    }
    int end = path.indexOf('/', RUNS.length());
    return path.substring(RUNS.length(), end < 0 ? path.length() : end);
  }
}
