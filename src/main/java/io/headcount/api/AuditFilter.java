package io.headcount.api;

import io.headcount.policy.Role;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/**
 * The audit log: a line of JSON an act. Acts are requests that change something, those that attach,
 * and any that were refused to whoever asked. Outermost of all filters, so that it sees what others
 * refuse; who calls stands in the security context that they leave. Never an argument, a variable,
 * standard input, or a query.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class AuditFilter extends OncePerRequestFilter {
  /** The attribute with what was asked to run: the name of a command, or of a program. */
  static final String COMMAND = "io.headcount.audit.command";

  private static final Logger LOG = LoggerFactory.getLogger("io.headcount.audit");
  private static final SecurityContextRepository CONTEXTS =
      new RequestAttributeSecurityContextRepository();
  private static final String RUNS = "/v1/runs/";
  private static final JsonMapper JSON = new JsonMapper();

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return !LOG.isInfoEnabled() || !request.getRequestURI().startsWith("/v1/");
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
      boolean allowed = status != 401 && status != 403;
      if (isAct(request) || !allowed) {
        LOG.info("{}", line(request, response, status, allowed, answered));
      }
    }
  }

  private static boolean isAct(HttpServletRequest request) {
    return switch (request.getMethod()) {
      case "GET" -> request.getRequestURI().endsWith("/attach");
      case "HEAD", "OPTIONS", "TRACE" -> false;
      default -> true;
    };
  }

  private static String line(
      HttpServletRequest request,
      HttpServletResponse response,
      int status,
      boolean allowed,
      boolean answered) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("at", Instant.now().toString());
    Authentication caller = CONTEXTS.loadDeferredContext(request).get().getAuthentication();
    line.put("caller", caller == null || caller.getName().isEmpty() ? null : caller.getName());
    line.put("role", caller == null ? null : role(caller));
    line.put("from", request.getRemoteAddr());
    line.put("method", request.getMethod());
    line.put("path", request.getRequestURI());
    line.put("run", run(request, response));
    line.put("command", request.getAttribute(COMMAND));
    line.put("allowed", allowed);
    line.put("status", answered ? status : null);
    return JSON.writeValueAsString(line);
  }

  /** The mightiest of the caller's roles, null if it has none. */
  private static @Nullable String role(Authentication caller) {
    Role most = null;
    for (GrantedAuthority one : caller.getAuthorities()) {
      Role role = Role.ofAuthority(one.getAuthority());
      if (role != null && (most == null || role.compareTo(most) > 0)) {
        most = role;
      }
    }
    return most == null ? null : most.label();
  }

  /** The run that was started, or the one in the path. */
  private static @Nullable String run(HttpServletRequest request, HttpServletResponse response) {
    String location = response.getHeader("Location");
    String path = location == null ? request.getRequestURI() : location;
    if (!path.startsWith(RUNS) || path.equals(RUNS + "cancel")) {
      return null;
    }
    int end = path.indexOf('/', RUNS.length());
    return path.substring(RUNS.length(), end < 0 ? path.length() : end);
  }
}
