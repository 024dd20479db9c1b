package io.headcount.security;

import io.headcount.policy.Role;
import java.io.Serial;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/**
 * A caller that was let in by a token or a certificate of the file, or because the service asks
 * nobody.
 */
final class KnownCaller extends AbstractAuthenticationToken {
  @Serial private static final long serialVersionUID = 1L;

  /** Whoever reaches a service without credentials: it has no name and may do everything. */
  static final KnownCaller ANYBODY = new KnownCaller("", Role.ADMIN, null, null);

  private final String name;
  private final @Nullable Credential credential;
  private final @Nullable Instant until;

  private KnownCaller(
      String name, Role role, @Nullable Credential credential, @Nullable Instant until) {
    super(List.of(new SimpleGrantedAuthority(role.authority())));
    this.name = name;
    this.credential = credential;
    this.until = until;
    super.setAuthenticated(true);
  }

  /**
   * Who a credential stands for.
   *
   * @param until when that ends by itself; null for never
   */
  static KnownCaller of(Credential credential, @Nullable Instant until) {
    return new KnownCaller(credential.name(), credential.role(), credential, until);
  }

  /** What let it in; null if nothing had to. */
  @Nullable Credential credential() {
    return credential;
  }

  /** When what let it in expires; null for never. */
  @Nullable Instant until() {
    return until;
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public Object getPrincipal() {
    return name;
  }

  @Override
  public Object getCredentials() {
    return "";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KnownCaller caller
        && name.equals(caller.name)
        && Objects.equals(credential, caller.credential);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, credential);
  }
}
