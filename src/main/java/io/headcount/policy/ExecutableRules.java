package io.headcount.policy;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Which executables free commands may name. What is denied is denied; else, with anything allowed,
 * nothing else is.
 */
public final class ExecutableRules {
  /** Allows everything. */
  public static final ExecutableRules NONE = of(List.of(), List.of());

  private final List<PathRule> allow;
  private final List<PathRule> deny;

  /**
   * A rule as it is written.
   *
   * @param path an absolute path or glob
   * @param roles whom it is for; empty is everybody
   */
  public record Written(String path, Set<String> roles) {}

  private ExecutableRules(List<PathRule> allow, List<PathRule> deny) {
    this.allow = allow;
    this.deny = deny;
  }

  /**
   * Reads rules.
   *
   * @throws PolicyException if one is wrong
   */
  public static ExecutableRules of(List<Written> allow, List<Written> deny) {
    List<PathRule> allowed = read("executables.allow", allow);
    for (int i = 0; i < allowed.size(); i++) {
      PathRule rule = allowed.get(i);
      String key = "executables.allow[" + i + "]";
      rule.linkTarget()
          .ifPresent(target -> {
            throw new PolicyException(
                key,
                rule.toString(),
                "It is a link to "
                    + target
                    + ", which may be many programs in one: name the file itself.");
          });
    }
    return new ExecutableRules(allowed, read("executables.deny", deny));
  }

  private static List<PathRule> read(String key, List<Written> written) {
    PathRule[] rules = new PathRule[written.size()];
    for (int i = 0; i < rules.length; i++) {
      String at = key + "[" + i + "]";
      Written rule = written.get(i);
      rules[i] = PathRule.of(at, rule.path(), Role.all(at + ".roles", rule.roles()));
    }
    return List.of(rules);
  }

  boolean isEmpty() {
    return allow.isEmpty() && deny.isEmpty();
  }

  /**
   * Whether a role may execute a file.
   *
   * @param file with all links followed
   */
  boolean permit(Path file, Role role) {
    for (PathRule rule : deny) {
      if (role.isDenied(rule.roles()) && rule.matchesByAnyName(file)) {
        return false;
      }
    }
    return allow.isEmpty()
        || allow.stream().anyMatch(rule -> role.isGranted(rule.roles()) && rule.matches(file));
  }
}
