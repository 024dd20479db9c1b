package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The pods: what they may, what they see, when they are well. */
class PodTests {
  private static final String EVERYTHING = Helm.values("ci/everything-values.yaml");

  /** What the Pod Security level {@code restricted} asks, field by field. */
  @ParameterizedTest
  @ValueSource(strings = {"values.yaml", "values-production.yaml", "ci/everything-values.yaml"})
  void everyPodSatisfiesRestricted(String values) {
    Manifests manifests = Helm.template(Helm.values(values));
    assertRestricted(manifests.pod());
    assertRestricted(manifests.testPod());
  }

  private static void assertRestricted(PodSpec pod) {
    assertThat(pod.getHostNetwork()).isNull();
    assertThat(pod.getHostPID()).isNull();
    assertThat(pod.getHostIPC()).isNull();
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getVolumes()).allMatch(volume -> volume.getHostPath() == null);

    PodSecurityContext whole = pod.getSecurityContext();
    assertThat(whole.getRunAsNonRoot()).isTrue();
    assertThat(whole.getRunAsUser()).isEqualTo(10001);
    assertThat(whole.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");

    List<Container> all = new ArrayList<>(pod.getContainers());
    all.addAll(pod.getInitContainers());
    assertThat(all).isNotEmpty();
    for (Container container : all) {
      SecurityContext own = container.getSecurityContext();
      assertThat(own.getAllowPrivilegeEscalation()).isFalse();
      assertThat(own.getPrivileged()).isNotEqualTo(true);
      assertThat(own.getRunAsNonRoot()).isTrue();
      assertThat(own.getReadOnlyRootFilesystem()).isTrue();
      assertThat(own.getCapabilities().getDrop()).containsExactly("ALL");
      assertThat(own.getCapabilities().getAdd()).isEmpty();
      assertThat(container.getPorts()).allMatch(port -> port.getHostPort() == null);
    }
  }

  @Test
  void onlyVolumesAreWritable() {
    Manifests manifests = Helm.template();
    Container container = manifests.container();
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getVolumeMounts())
        .extracting(VolumeMount::getMountPath)
        .containsExactlyInAnyOrder(
            "/tmp", "/workspace", "/var/lib/headcount", "/etc/headcount-tokens");
    List<String> writable =
        container.getVolumeMounts().stream()
            .filter(mount -> !Boolean.TRUE.equals(mount.getReadOnly()))
            .map(VolumeMount::getName)
            .toList();
    assertThat(writable).containsExactlyInAnyOrder("tmp", "workspace", "data");
    assertThat(manifests.pod().getVolumes())
        .filteredOn(volume -> writable.contains(volume.getName()))
        .allMatch(volume -> volume.getEmptyDir().getSizeLimit() != null)
        .hasSize(writable.size());
    assertThat(manifests.environment())
        .containsEntry("HEADCOUNT_WORKSPACE", "/workspace")
        .containsEntry("HEADCOUNT_DATA_DIR", "/var/lib/headcount");
  }

  @Test
  void claimTakesThePlaceOfTheVolumeThatEndsWithThePod() {
    Manifests manifests = Helm.template("--set=data.existingClaim=kept");
    Volume data =
        manifests.pod().getVolumes().stream()
            .filter(volume -> volume.getName().equals("data"))
            .findFirst()
            .orElseThrow();
    assertThat(data.getPersistentVolumeClaim().getClaimName()).isEqualTo("kept");
    assertThat(data.getEmptyDir()).isNull();
  }

  @Test
  void eachPodKeepsItsVolumesWhenTheyPersist() {
    Manifests manifests = Helm.template("--set=persistence.enabled=true");
    JsonNode set = manifests.find("StatefulSet").orElseThrow();
    assertThat(set.at("/spec/volumeClaimTemplates"))
        .extracting(claim -> claim.at("/metadata/name").asString())
        .containsExactly("workspace", "data");
    assertThat(set.at("/spec/volumeClaimTemplates/1/spec/resources/requests/storage").asString())
        .isEqualTo("5Gi");
    assertThat(manifests.pod().getVolumes())
        .extracting(Volume::getName)
        .containsExactly("tmp", "tokens");
    JsonNode names = manifests.get("Service", "-pods");
    assertThat(names.at("/spec/clusterIP").asString()).isEqualTo("None");
    assertThat(set.at("/spec/serviceName").asString())
        .isEqualTo(names.at("/metadata/name").asString());
    assertThat(
            Helm.template("--set=persistence.enabled=true,workspace.existingClaim=shared")
                .find("StatefulSet")
                .orElseThrow()
                .at("/spec/volumeClaimTemplates"))
        .hasSize(1);
  }

  @Test
  void commandsCannotReadAToken() {
    Manifests manifests = Helm.template();
    assertThat(manifests.pod().getAutomountServiceAccountToken()).isFalse();
    JsonNode account = manifests.find("ServiceAccount").orElseThrow();
    assertThat(account.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(manifests.pod().getServiceAccountName())
        .isEqualTo(account.path("metadata").path("name").asString());
  }

  @Test
  void secretBecomesFilesThatOnlyTheGroupReads() {
    Manifests manifests = Helm.template("--set=existingSecret.name=credentials");
    Volume volume =
        manifests.pod().getVolumes().stream()
            .filter(each -> each.getName().equals("secret"))
            .findFirst()
            .orElseThrow();
    assertThat(volume.getSecret().getSecretName()).isEqualTo("credentials");
    assertThat(volume.getSecret().getDefaultMode()).isEqualTo(0440);
    assertThat(manifests.container().getVolumeMounts())
        .anyMatch(mount -> mount.getName().equals("secret") && mount.getReadOnly());
  }

  @Test
  void probesAskTheManagementPort() {
    Container container = Helm.template().container();
    Map<String, Integer> ports = new HashMap<>();
    container.getPorts().forEach(port -> ports.put(port.getName(), port.getContainerPort()));
    assertThat(ports).containsExactlyInAnyOrderEntriesOf(Map.of("http", 8080, "management", 8081));
    assertThat(path(container.getStartupProbe())).isEqualTo("management/actuator/health/liveness");
    assertThat(path(container.getLivenessProbe())).isEqualTo("management/actuator/health/liveness");
    assertThat(path(container.getReadinessProbe()))
        .isEqualTo("management/actuator/health/readiness");
  }

  private static String path(Probe probe) {
    return probe.getHttpGet().getPort().getStrVal() + probe.getHttpGet().getPath();
  }

  @Test
  void constraintWithoutASelectorSpreadsThesePods() {
    var constraints = Helm.template(EVERYTHING).pod().getTopologySpreadConstraints();
    assertThat(constraints.get(0).getLabelSelector().getMatchLabels())
        .containsEntry("app.kubernetes.io/instance", "demo");
    assertThat(constraints.get(1).getLabelSelector().getMatchLabels()).containsOnlyKeys("own");
  }
}
