package io.headcount.security;

import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/**
 * Knows callers by their bearer tokens or certificates, and whether those are still good. Where no
 * credentials are configured everybody may do everything.
 */
public final class Callers {
  private static final String SCHEME = "Bearer ";

  private final @Nullable Tokens tokens;
  private final @Nullable ProviderManager providers;

  /**
   * Reads what is configured.
   *
   * @throws BadTokensException if the file of tokens cannot be used
   */
  public Callers(SecuritySettings settings) {
    List<AuthenticationProvider> all = new ArrayList<>();
    this.tokens = settings.tokensFile() == null ? null : new Tokens(settings.tokensFile());
    if (tokens != null) {
      all.add(new TokenProvider(tokens));
    }
    if (settings.jwt() != null) {
      all.add(JwtCallers.provider(settings.jwt()));
    }
    this.providers = all.isEmpty() ? null : new ProviderManager(all);
  }

  /** Looks whether the tokens have changed. */
  public void refresh() {
    if (tokens != null) {
      tokens.look();
    }
  }

  /** Whether what let a caller in is good no more. */
  public boolean isRevoked(Principal caller) {
    return switch (caller) {
      case KnownCaller known -> isRevoked(known.credential()) || isOver(known.until());
      case JwtAuthenticationToken jwt -> isOver(jwt.getToken().getExpiresAt());
      default -> false;
    };
  }

  private boolean isRevoked(@Nullable Credential credential) {
    return credential != null && (tokens == null || !tokens.hold(credential));
  }

  private static boolean isOver(@Nullable Instant expiry) {
    return expiry != null && expiry.isBefore(Instant.now());
  }

  /**
   * What a request says of its caller; null if nothing. A token counts more than a certificate, and
   * a token in the URL is nothing.
   */
  @Nullable Authentication claimed(HttpServletRequest request) {
    if (providers == null) {
      return KnownCaller.ANYBODY;
    }
    Enumeration<String> headers = request.getHeaders(HttpHeaders.AUTHORIZATION);
    if (!headers.hasMoreElements()) {
      return byCertificate(request);
    }
    String header = headers.nextElement();
    String token =
        header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
            ? header.substring(SCHEME.length()).strip()
            : "";
    if (token.isEmpty() || headers.hasMoreElements()) {
      throw new BadCredentialsException("Expected one header Authorization: Bearer <token>");
    }
    return new BearerTokenAuthenticationToken(token);
  }

  /** Who shows a certificate that nobody knows has said nothing. */
  private @Nullable Authentication byCertificate(HttpServletRequest request) {
    ClientCertificate shown = tokens == null ? null : ClientCertificate.of(request);
    if (tokens == null || shown == null || shown.isOver()) {
      return null;
    }
    Credential found = tokens.findCertificate(shown.commonName());
    return found == null ? null : KnownCaller.of(found, shown.until());
  }

  /**
   * The caller that it is.
   *
   * @throws org.springframework.security.core.AuthenticationException if it is none of ours
   */
  Authentication known(Authentication claimed) {
    return providers == null || claimed instanceof KnownCaller
        ? claimed
        : providers.authenticate(claimed);
  }
}
