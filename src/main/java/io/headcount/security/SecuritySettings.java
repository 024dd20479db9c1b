package io.headcount.security;

import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How callers are known.
 *
 * @param tokensFile the file of tokens and certificates; null for none
 * @param jwt whose tokens are accepted; null for nobody's
 * @param hosts names by which the service may be called, beside the loopback ones
 * @param allowedOrigins of other sites whose pages may call
 * @param managementOpen whether the management port asks nobody
 */
public record SecuritySettings(
    @Nullable Path tokensFile,
    @Nullable Jwt jwt,
    Set<String> hosts,
    Set<String> allowedOrigins,
    boolean managementOpen) {

  /** Tokens of an issuer (RFC 7519). At least one of the first two is there. */
  public record Jwt(
      @Nullable String issuerUri,
      @Nullable String jwkSetUri,
      @Nullable String audience,
      String rolesClaim) {}

  public SecuritySettings {
    hosts = Set.copyOf(hosts);
    allowedOrigins = Set.copyOf(allowedOrigins);
  }

  /** Whether callers have to say who they are. */
  public boolean hasCredentials() {
    return tokensFile != null || jwt != null;
  }
}
