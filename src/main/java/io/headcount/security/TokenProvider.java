package io.headcount.security;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/** Knows the tokens of the file; others may know the rest. */
final class TokenProvider implements AuthenticationProvider {
  private final Tokens tokens;

  TokenProvider(Tokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public @Nullable Authentication authenticate(Authentication claimed) {
    Credential found =
        claimed instanceof BearerTokenAuthenticationToken bearer
            ? tokens.find(bearer.getToken())
            : null;
    return found == null ? null : KnownCaller.of(found, null);
  }

  @Override
  public boolean supports(Class<?> type) {
    return BearerTokenAuthenticationToken.class.isAssignableFrom(type);
  }
}
