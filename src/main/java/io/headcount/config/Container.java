package io.headcount.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether the service is in a container, where the kernel ends every process with the first one, so
 * that nothing can outlive a service that is it, or is all that it runs.
 */
final class Container {
  private static final List<String> MARKERS = List.of(".dockerenv", "run/.containerenv");

  /** What Kubernetes, and what podman and systemd-nspawn, tell the processes that they start. */
  private static final List<String> VARIABLES = List.of("KUBERNETES_SERVICE_HOST", "container");

  private Container() {}

  /**
   * Says what shows it, null for no container.
   *
   * @param root the root of the file system
   * @param environment the service's own
   * @param pid the service's own
   */
  static @Nullable String sign(Path root, Map<String, String> environment, long pid) {
    if (pid == 1) {
      return "pid 1";
    }
    for (String marker : MARKERS) {
      if (Files.exists(root.resolve(marker))) {
        return "/" + marker;
      }
    }
    for (String variable : VARIABLES) {
      if (!environment.getOrDefault(variable, "").isBlank()) {
        return variable;
      }
    }
    return null;
  }
}
