package io.headcount.policy;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Optional;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Executables, by absolute path or by glob ({@code *} within a folder, {@code **} across folders).
 * A link in the folder of the rule is followed, so {@code /bin/ls} means the file that is {@code
 * /usr/bin/ls}.
 */
public final class PathRule {
  private static final String WILDCARDS = "*?[{\\";

  private final String pattern;
  private final Set<Role> roles;
  private final @Nullable Path literal;
  private final PathMatcher matcher;

  private PathRule(String pattern, Set<Role> roles, @Nullable Path literal, PathMatcher matcher) {
    this.pattern = pattern;
    this.roles = Set.copyOf(roles);
    this.literal = literal;
    this.matcher = matcher;
  }

  /**
   * Reads a rule.
   *
   * @param key where it stands
   * @param roles whom it is for; empty is everybody
   * @throws PolicyException if it is none
   */
  static PathRule of(String key, String pattern, Set<Role> roles) {
    if (!pattern.startsWith("/") || pattern.endsWith("/")) {
      throw new PolicyException(
          key, pattern, "Expected an absolute path or glob, such as /usr/bin/git or /opt/tools/*.");
    }
    int wildcard = 0;
    while (wildcard < pattern.length() && WILDCARDS.indexOf(pattern.charAt(wildcard)) < 0) {
      wildcard++;
    }
    boolean exact = wildcard == pattern.length();
    int slash = pattern.lastIndexOf('/', wildcard);
    try {
      Path folder = real(Path.of(pattern.substring(0, slash + 1)));
      String rest = pattern.substring(slash + 1);
      String glob = "glob:" + escaped(folder) + (exact ? escaped(Path.of(rest)) : rest);
      return new PathRule(
          pattern,
          roles,
          exact ? Path.of(pattern) : null,
          FileSystems.getDefault().getPathMatcher(glob));
    } catch (InvalidPathException | PatternSyntaxException e) {
      throw new PolicyException(key, pattern, "It is no path or glob: " + e.getMessage() + ".");
    }
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      return folder.normalize(); // there is none yet
    }
  }

  /** As a glob that means just this, folders with the slash behind them. */
  private static String escaped(Path path) {
    String text = path.toString().replaceAll("([*?\\[\\]{}\\\\])", "\\\\$1");
    return path.isAbsolute() && !text.endsWith("/") ? text + "/" : text;
  }

  Set<Role> roles() {
    return roles;
  }

  /** Where the rule's own path leads if it is a link to somewhere else. */
  Optional<Path> linkTarget() {
    if (literal == null || !Files.isSymbolicLink(literal)) {
      return Optional.empty();
    }
    return Optional.of(real(literal));
  }

  /**
   * Whether a file is meant.
   *
   * @param file with all links followed
   */
  boolean matches(Path file) {
    return matcher.matches(file);
  }

  /** Whether a file is meant, also by another name: through a link, or as a hard link. */
  boolean matchesByAnyName(Path file) {
    if (matcher.matches(file)) {
      return true;
    }
    try {
      return literal != null && Files.exists(literal) && Files.isSameFile(literal, file);
    } catch (IOException e) {
      return false; // the rule's file or this one is gone
    }
  }

  @Override
  public String toString() {
    return pattern;
  }
}
