package io.headcount.policy;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Variables that change how programs load, and so what runs, are refused to requests unless they
 * are allowed. Removing one is no harm. PATH may have absolute folders only.
 */
public final class EnvironmentRules {
  /** Names, or beginnings of names with a star. */
  static final List<String> REFUSED =
      List.of(
          // the dynamic loader and libc
          "LD_*",
          "GCONV_PATH",
          "GETCONF_DIR",
          "GLIBC_TUNABLES",
          "HOSTALIASES",
          "LOCALDOMAIN",
          "LOCPATH",
          "MALLOC_*",
          "NLSPATH",
          "RESOLV_HOST_CONF",
          "RES_OPTIONS",
          // shells
          "BASH_ENV",
          "BASH_FUNC_*",
          "BASHOPTS",
          "CDPATH",
          "ENV",
          "FPATH",
          "GLOBIGNORE",
          "IFS",
          "PROMPT_COMMAND",
          "PS4",
          "SHELLOPTS",
          "ZDOTDIR",
          // interpreters
          "CLASSPATH",
          "CORECLR_*",
          "COR_*",
          "DOTNET_STARTUP_HOOKS",
          "GEM_HOME",
          "GEM_PATH",
          "IBM_JAVA_OPTIONS",
          "JAVA_TOOL_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "_JAVA_OPTIONS",
          "LUA_CPATH*",
          "LUA_INIT*",
          "LUA_PATH*",
          "NODE_OPTIONS",
          "NODE_PATH",
          "OPENJ9_JAVA_OPTIONS",
          "PERL5*",
          "PERLLIB",
          "PHPRC",
          "PHP_INI_SCAN_DIR",
          "PYTHON*",
          "RUBYLIB",
          "RUBYOPT",
          "RUBYSHELL",
          // libraries that load others
          "OPENSSL_CONF",
          "OPENSSL_ENGINES",
          "OPENSSL_MODULES");

  private static final String PATH = "PATH";
  private static final String KEY = "headcount.policy.env.allow";

  private final List<String> allowed;

  /**
   * Rules of a policy.
   *
   * @param allowed names, or beginnings of names with a star at the end, that are allowed again
   * @throws PolicyException if one is neither
   */
  public EnvironmentRules(List<String> allowed) {
    for (int i = 0; i < allowed.size(); i++) {
      String name = allowed.get(i);
      int star = name.indexOf('*');
      if (name.isBlank() || name.indexOf('=') >= 0 || (star >= 0 && star < name.length() - 1)) {
        throw new PolicyException(
            "env.allow[" + i + "]",
            name,
            "Expected the name of a variable, or its beginning and a star, such as PYTHON*.");
      }
    }
    this.allowed = List.copyOf(allowed);
  }

  /**
   * Judges what a request sets.
   *
   * @param field the field of the request
   * @param variables names and values; null removes one
   * @throws ForbiddenException naming the first that is refused
   */
  void check(String field, Map<String, ? extends @Nullable Object> variables) {
    variables.forEach((name, value) -> {
      if (value == null || isAny(allowed, name)) {
        return;
      }
      String pointer = "/" + field + "/" + name.replace("~", "~0").replace("/", "~1");
      if (isAny(REFUSED, name)) {
        throw new ForbiddenException(
            pointer,
            KEY,
            "The variable "
                + name
                + " changes how programs load and is refused; "
                + KEY
                + " can allow it.");
      }
      if (name.equals(PATH) && !(value instanceof String path && isAbsolute(path))) {
        throw new ForbiddenException(
            pointer,
            KEY,
            "PATH may have absolute folders only, without an empty one or a secret; "
                + KEY
                + " can allow it.");
      }
    });
  }

  private static boolean isAbsolute(String path) {
    for (String folder : path.split(":", -1)) {
      if (!folder.startsWith("/")) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAny(List<String> patterns, String name) {
    for (String pattern : patterns) {
      boolean prefix = pattern.endsWith("*");
      if (prefix
          ? name.startsWith(pattern.substring(0, pattern.length() - 1))
          : name.equals(pattern)) {
        return true;
      }
    }
    return false;
  }
}
