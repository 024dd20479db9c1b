package io.headcount.supervisor;

import io.headcount.child.ChildSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The environment a child gets: a few variables of the service's own, then those of the trace it is
 * part of, then what the request sets or removes, then the cookie. Nothing else of the service's
 * own reaches a child.
 */
final class ChildEnvironment {
  private static final String PATH = "PATH";
  private static final Set<String> PASSED_ON = Set.of(PATH, "HOME", "USER", "LANG", "TZ", "TMPDIR");
  private static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final Map<String, String> base = new LinkedHashMap<>();

  /**
   * Takes what is passed on.
   *
   * @param own the service's environment
   */
  ChildEnvironment(Map<String, String> own) {
    own.forEach((name, value) -> {
      if (PASSED_ON.contains(name) || name.startsWith("LC_")) {
        base.put(name, value);
      }
    });
    base.putIfAbsent(PATH, DEFAULT_PATH);
  }

  /** The PATH of a child, which no trace sets; null if it has none. */
  @Nullable String path(RunSpec spec) {
    Secret secret = spec.secretEnv().get(PATH);
    if (secret != null) {
      return secret.value();
    }
    return spec.env().containsKey(PATH) ? spec.env().get(PATH) : base.get(PATH);
  }

  Map<String, String> with(Map<String, String> trace, RunSpec spec, String cookie) {
    Map<String, String> env = new LinkedHashMap<>(base);
    if (spec.confinement().sandbox() != null) {
      env.remove("TMPDIR"); // it has its own /tmp, and may write to no other
    }
    if (trace.keySet().stream().noneMatch(spec.env()::containsKey)) {
      env.putAll(trace); // all or nothing: the state of one trace is none of another
    }
    spec.env()
        .forEach((name, value) -> {
          if (value == null) {
            env.remove(name);
          } else {
            env.put(name, value);
          }
        });
    spec.secretEnv().forEach((name, secret) -> env.put(name, secret.value()));
    env.put(ChildSpec.COOKIE, cookie);
    return env;
  }
}
