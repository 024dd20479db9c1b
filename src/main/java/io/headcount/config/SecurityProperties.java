package io.headcount.config;

import io.headcount.security.SecuritySettings;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.validation.annotation.Validated;

/**
 * Who may call. Without tokens of either kind the service asks nobody, and listens on loopback
 * addresses alone.
 *
 * @param tokensFile the file of tokens; blank for none
 * @param jwt whose JSON Web Tokens are accepted
 * @param hosts names by which the service may be called, beside the loopback ones
 * @param managementOpen whether the management port asks nobody
 */
@Validated
@ConfigurationProperties("headcount.security")
public record SecurityProperties(
    @NotNull String tokensFile,
    @NotNull @Valid Jwt jwt,
    @NotNull Set<String> hosts,
    boolean managementOpen) {

  /**
   * Tokens of an issuer; blank is none.
   *
   * @param issuerUri the issuer, who also tells where its keys are
   * @param jwkSetUri where its keys are, when it does not tell
   * @param audience one that tokens must be for; blank is any
   * @param rolesClaim the claim that has the roles
   */
  public record Jwt(
      @NotNull String issuerUri,
      @NotNull String jwkSetUri,
      @NotNull String audience,
      @NotBlank String rolesClaim) {

    private SecuritySettings.@Nullable Jwt settings() {
      return issuerUri.isBlank() && jwkSetUri.isBlank()
          ? null
          : new SecuritySettings.Jwt(
              orNull(issuerUri), orNull(jwkSetUri), orNull(audience), rolesClaim.strip());
    }
  }

  boolean hasCredentials() {
    return !tokensFile.isBlank() || jwt.settings() != null;
  }

  SecuritySettings settings(Set<String> allowedOrigins) {
    if (hosts.contains("*") && !hasCredentials()) {
      throw new InvalidConfigurationPropertyValueException(
          "headcount.security.hosts",
          "*",
          "Without credentials it would let the pages of any site in: name the hosts"
              + " (HEADCOUNT_SECURITY_HOSTS), or give credentials"
              + " (HEADCOUNT_SECURITY_TOKENS_FILE).");
    }
    return new SecuritySettings(
        path(tokensFile), jwt.settings(), hosts, allowedOrigins, managementOpen);
  }

  private static @Nullable Path path(String file) {
    try {
      return file.isBlank() ? null : Path.of(file.strip()).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw new InvalidConfigurationPropertyValueException(
          "headcount.security.tokens-file",
          file,
          "It is no path: " + e.getReason() + " (HEADCOUNT_SECURITY_TOKENS_FILE).");
    }
  }

  private static @Nullable String orNull(String text) {
    return text.isBlank() ? null : text.strip();
  }
}
