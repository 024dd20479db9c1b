package io.headcount.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerTests {
  @TempDir private Path root;

  @Test
  void machineIsNoContainer() {
    assertThat(Container.sign(root, Map.of("container", ""), 2)).isNull();
  }

  @Test
  void firstProcessIsInAContainer() {
    assertThat(Container.sign(root, Map.of(), 1)).isEqualTo("pid 1");
  }

  @Test
  void markersOfDockerAndPodmanAreSeen() throws Exception {
    Files.createDirectory(root.resolve("run"));
    Files.createFile(root.resolve("run/.containerenv"));
    assertThat(Container.sign(root, Map.of(), 7)).isEqualTo("/run/.containerenv");
    Files.createFile(root.resolve(".dockerenv"));
    assertThat(Container.sign(root, Map.of(), 7)).isEqualTo("/.dockerenv");
  }

  @Test
  void podOfKubernetesIsSeen() {
    assertThat(Container.sign(root, Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1"), 7))
        .isEqualTo("KUBERNETES_SERVICE_HOST");
  }

  @Test
  void containerWithoutMarkersIsSeenByItsVariable() {
    assertThat(Container.sign(root, Map.of("container", "podman"), 7)).isEqualTo("container");
  }
}
