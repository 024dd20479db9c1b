package io.headcount.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses what other sites' pages could make a browser ask: calls by a name that is not the
 * service's, and calls with an origin that is neither allowed nor the service itself, or as a part
 * of such a page.
 */
final class BrowserGuard extends OncePerRequestFilter {
  /** Our own pages, and what somebody typed. */
  private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

  private final Hosts hosts;
  private final Set<String> allowedOrigins;
  private final AccessDeniedHandler refusals;

  BrowserGuard(Hosts hosts, Set<String> allowedOrigins, AccessDeniedHandler refusals) {
    this.hosts = hosts;
    this.allowedOrigins = allowedOrigins;
    this.refusals = refusals;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    response.setHeader("X-Content-Type-Options", "nosniff");
    String host = request.getHeader(HttpHeaders.HOST);
    List<String> origins = Collections.list(request.getHeaders(HttpHeaders.ORIGIN));
    if (!hosts.allow(host, request.getLocalAddr())) {
      refusals.handle(
          request,
          response,
          new AccessDeniedException(
              "The service was called by a name that is not its own; headcount.security.hosts"
                  + " (HEADCOUNT_SECURITY_HOSTS) has the names that are."));
    } else if (origins.size() > 1 || !origins.stream().allMatch(it -> mayCall(it, host))) {
      refusals.handle(
          request,
          response,
          new AccessDeniedException(
              "Pages of other sites may not call this service; headcount.attach.allowed-origins"
                  + " (HEADCOUNT_ATTACH_ALLOWED_ORIGINS) has those that may."));
    } else if (origins.isEmpty() && isPartOfAnotherSite(request)) {
      refusals.handle(
          request,
          response,
          new AccessDeniedException(
              "Pages of other sites may link to this service, not embed it."));
    } else {
      chain.doFilter(request, response);
    }
  }

  private boolean mayCall(String origin, @Nullable String host) {
    return allowedOrigins.contains(origin) || sameHost(origin, host);
  }

  /**
   * Whether a browser says that it asks for an image, a script or a frame of another site's page
   * (Fetch Metadata): these come without an origin. A link that somebody followed is none. What it
   * may say besides, today or some day, is another site's.
   */
  private static boolean isPartOfAnotherSite(HttpServletRequest request) {
    List<String> sites = Collections.list(request.getHeaders("Sec-Fetch-Site"));
    boolean other = sites.size() > 1 || !OWN_SITES.containsAll(sites);
    boolean link =
        "navigate".equals(request.getHeader("Sec-Fetch-Mode"))
            && "document".equals(request.getHeader("Sec-Fetch-Dest"))
            && request.getMethod().equals("GET");
    return other && !link;
  }

  /** The scheme is not compared: a proxy in front may have changed it. */
  private static boolean sameHost(String origin, @Nullable String host) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority != null && host != null && bare(authority).equals(bare(host));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String bare(String authority) {
    return authority.toLowerCase(Locale.ROOT).replaceFirst(":(80|443)$", "");
  }
}
