package io.headcount.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** What a caller may do. */
public enum Role {
  /** Looks at everything and changes nothing. */
  VIEWER,
  /** Starts runs, and looks at and acts on those that it started. */
  RUNNER,
  /** Everything, to everybody's runs. */
  ADMIN;

  /** The name in files, tokens and the servlet API. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  GrantedAuthority authority() {
    return new SimpleGrantedAuthority("ROLE_" + label());
  }

  static Optional<Role> labelled(String label) {
    return Arrays.stream(values()).filter(role -> role.label().equals(label)).findFirst();
  }
}
