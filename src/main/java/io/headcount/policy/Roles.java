package io.headcount.policy;

import java.util.List;
import java.util.Set;

/** The roles of callers, by name. */
public final class Roles {
  public static final String VIEWER = "viewer";
  public static final String RUNNER = "runner";
  public static final String ADMIN = "admin";

  /** All of them, the mightiest first. */
  public static final List<String> ALL = List.of(ADMIN, RUNNER, VIEWER);

  private Roles() {}

  /** Whether what is granted to some roles is granted to this one; to none means to all. */
  static boolean granted(Set<String> to, String role) {
    return to.isEmpty() || role.equals(ADMIN) || to.contains(role);
  }

  /** Whether what is denied to some roles is denied to this one; to none means to all. */
  static boolean denied(Set<String> to, String role) {
    return to.isEmpty() || to.contains(role);
  }

  /** Whether the role may run anything at all. */
  static boolean runs(String role) {
    return role.equals(ADMIN) || role.equals(RUNNER);
  }
}
