package io.headcount.policy;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a caller may do. */
public enum Role {
  /** Looks at everything and changes nothing. */
  VIEWER,
  /** Starts runs, and looks at and acts on those that it started. */
  RUNNER,
  /** Everything, to everybody's runs. */
  ADMIN;

  private static final List<Role> ALL = List.of(values());

  private final String label = name().toLowerCase(Locale.ROOT);
  private final String authority = "ROLE_" + label;

  /** The name in settings, files, tokens and the servlet API. */
  public String label() {
    return label;
  }

  /** What Spring Security calls it. */
  public String authority() {
    return authority;
  }

  /** The role that Spring Security calls so, null if none is. */
  public static @Nullable Role ofAuthority(@Nullable String authority) {
    for (Role role : ALL) {
      if (role.authority.equals(authority)) {
        return role;
      }
    }
    return null;
  }

  /** The role of a name. */
  public static Optional<Role> labelled(String label) {
    return Arrays.stream(values()).filter(role -> role.label().equals(label)).findFirst();
  }

  /**
   * Reads the roles of a setting.
   *
   * @param key where they stand
   * @throws PolicyException if one is none
   */
  public static Set<Role> all(String key, Set<String> labels) {
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String label : labels) {
      roles.add(
          labelled(label)
              .orElseThrow(() ->
                  new PolicyException(
                      key,
                      label,
                      "Expected roles of " + List.of("admin", "runner", "viewer") + ".")));
    }
    return roles;
  }

  /** Whether what is granted to some roles is granted to this one; to none means to all. */
  boolean isGranted(Set<Role> to) {
    return to.isEmpty() || this == ADMIN || to.contains(this);
  }

  /** Whether what is denied to some roles is denied to this one; to none means to all. */
  boolean isDenied(Set<Role> to) {
    return to.isEmpty() || to.contains(this);
  }

  /** Whether it may run anything at all. */
  boolean runs() {
    return this != VIEWER;
  }
}
