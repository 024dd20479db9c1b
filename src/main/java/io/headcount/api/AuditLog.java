package io.headcount.api;

import io.headcount.policy.Role;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextRepository;
import tools.jackson.databind.json.JsonMapper;

/**
 * The audit log: a line of JSON an act. Never an argument, a variable, standard input, or a query.
 */
final class AuditLog {
  private static final Logger LOG = LoggerFactory.getLogger("io.headcount.audit");
  private static final SecurityContextRepository CONTEXTS =
      new RequestAttributeSecurityContextRepository();
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * The request that an act is, or that opened the connection it comes over.
   *
   * @param caller null where nobody says who calls
   * @param role the mightiest of the caller's, null if it has none
   */
  record Source(
      @Nullable String caller, @Nullable String role, String from, String method, String path) {

    /** Of a request that it was asked for who calls, or refused before. */
    static Source of(HttpServletRequest request) {
      Authentication caller = CONTEXTS.loadDeferredContext(request).get().getAuthentication();
      return new Source(
          caller == null || caller.getName().isEmpty() ? null : caller.getName(),
          caller == null ? null : mightiest(caller),
          request.getRemoteAddr(),
          request.getMethod(),
          request.getRequestURI());
    }

    private static @Nullable String mightiest(Authentication caller) {
      Role most = null;
      for (GrantedAuthority one : caller.getAuthorities()) {
        Role role = Role.ofAuthority(one.getAuthority());
        if (role != null && (most == null || role.compareTo(most) > 0)) {
          most = role;
        }
      }
      return most == null ? null : most.label();
    }
  }

  static boolean isOn() {
    return LOG.isInfoEnabled();
  }

  /**
   * Writes a line.
   *
   * @param what more of what was done, by name
   * @param status the answer's; null if there was none
   */
  static void write(
      Source source,
      @Nullable String run,
      Map<String, ? extends @Nullable Object> what,
      boolean allowed,
      @Nullable Integer status) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("at", Instant.now().toString());
    line.put("caller", source.caller());
    line.put("role", source.role());
    line.put("from", source.from());
    line.put("method", source.method());
    line.put("path", source.path());
    line.put("run", run);
    line.putAll(what);
    line.put("allowed", allowed);
    line.put("status", status);
    LOG.info("{}", JSON.writeValueAsString(line));
  }

  /**
   * Whether what was answered so had been allowed: what failed because of how things stand had,
   * such as a run that there is none of or that is in another state.
   */
  static boolean isAllowed(@Nullable Integer status) {
    return status == null || status < 400 || status == 404 || status == 409 || status >= 500;
  }

  private AuditLog() {}
}
