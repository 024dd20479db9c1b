package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** HTTPS by the service itself, from a Secret that is named: all that must follow from it. */
class TlsTests {
  private static final String SECRET = "--set=tls.existingSecret=serving";
  private static final String WANT = SECRET + ",tls.clientAuth=want";

  @Test
  void mountsTheSecretWholeSoThatARenewedOneArrives() {
    Manifests manifests = Helm.template(SECRET);
    assertThat(manifests.container().getVolumeMounts())
        .filteredOn(mount -> mount.getName().equals("tls"))
        .singleElement()
        .satisfies(mount -> {
          assertThat(mount.getMountPath()).isEqualTo("/etc/headcount-tls");
          assertThat(mount.getReadOnly()).isTrue();
          assertThat(mount.getSubPath()).isNull();
          assertThat(mount.getSubPathExpr()).isNull();
        });
    Volume volume = volume(manifests.pod());
    assertThat(volume.getSecret().getSecretName()).isEqualTo("serving");
    assertThat(volume.getSecret().getDefaultMode()).as("fsGroup reads it").isEqualTo(0440);
    assertThat(files(volume)).isEqualTo(Map.of("tls.crt", "tls.crt", "tls.key", "tls.key"));
  }

  @Test
  void tellsTheServiceWhereEachFileIs() {
    for (Manifests manifests : List.of(Helm.template(SECRET), Helm.template(WANT))) {
      List<String> named =
          manifests.environment().values().stream()
              .filter(value -> value.startsWith("/etc/headcount-tls/"))
              .map(value -> value.substring("/etc/headcount-tls/".length()))
              .toList();
      assertThat(named)
          .containsExactlyInAnyOrderElementsOf(files(volume(manifests.pod())).values());
    }
    assertThat(Helm.template(SECRET).environment())
        .containsEntry("HEADCOUNT_TLS_CLIENT_AUTH", "none")
        .containsEntry("HEADCOUNT_TLS_MANAGEMENT", "false");
    assertThat(Helm.template(WANT + ",tls.management=true").environment())
        .containsEntry("HEADCOUNT_TLS_CLIENT_AUTH", "want")
        .containsEntry("HEADCOUNT_TLS_MANAGEMENT", "true");
  }

  @Test
  void trustsTheAuthorityOfTheSecretOrTheKeyThatIsNamed() {
    assertThat(files(volume(Helm.template(WANT).pod()))).containsEntry("ca.crt", "client-ca.crt");
    assertThat(files(volume(Helm.template(WANT + ",tls.clientCa=callers").pod())))
        .containsEntry("callers", "client-ca.crt")
        .doesNotContainKey("ca.crt");
  }

  @Test
  void joinsTheProfilesThatThereAre() {
    assertThat(profiles(SECRET)).isEqualTo("json,tls");
    assertThat(profiles(SECRET + ",logs.json=false")).isEqualTo("tls");
    assertThat(profiles("--set=logs.json=true")).isEqualTo("json");
    assertThat(profiles("--set=logs.json=false")).isNull();
  }

  private static String profiles(String options) {
    return Helm.template(options).environment().get("SPRING_PROFILES_ACTIVE");
  }

  @Test
  void isHttpWithoutASecret() {
    Manifests manifests = Helm.template("--set=serviceMonitor.enabled=true");
    assertThat(manifests.pod().getVolumes()).extracting(Volume::getName).doesNotContain("tls");
    assertThat(manifests.environment().keySet()).noneMatch(name -> name.contains("_TLS_"));
    assertThat(manifests.testPod().getVolumes()).isEmpty();
    assertThat(manifests.toString()).doesNotContainIgnoringCase("https");
  }

  /** The management port keeps to HTTP, for a kubelet and a Prometheus, unless it is told. */
  @ParameterizedTest
  @CsvSource({"tls.clientAuth=need, http", "'tls.clientAuth=want,tls.management=true', https"})
  void whoeverAsksTheManagementPortSpeaksWhatItSpeaks(String options, String scheme) {
    Manifests manifests = Helm.template(SECRET + "," + options + ",serviceMonitor.enabled=true");
    Container container = manifests.container();
    assertThat(
            Stream.of(
                container.getStartupProbe(),
                container.getLivenessProbe(),
                container.getReadinessProbe()))
        .extracting(probe -> probe.getHttpGet().getScheme())
        .containsOnly(scheme.toUpperCase(Locale.ROOT));
    assertThat(manifests.get("Service", "-management").at("/spec/ports/0/appProtocol").asString())
        .isEqualTo(scheme);
    JsonNode pods =
        Helm.template(SECRET + "," + options + ",podMonitor.enabled=true")
            .find("PodMonitor")
            .orElseThrow()
            .at("/spec/podMetricsEndpoints/0");
    JsonNode services = manifests.find("ServiceMonitor").orElseThrow().at("/spec/endpoints/0");
    for (JsonNode endpoint : List.of(pods, services)) {
      assertThat(endpoint.path("scheme").asString()).isEqualTo(scheme);
      assertThat(endpoint.has("tlsConfig")).isEqualTo(scheme.equals("https"));
    }
  }

  @Test
  void portsOfTheApiAreNamedByWhatTheySpeakAndAreFound() {
    Manifests manifests =
        Helm.template(
            SECRET + ",persistence.enabled=true,networkPolicy.enabled=true,ingress.enabled=true",
            "--set-json=ingress.hosts=[{\"host\": \"a.b\", \"paths\": [{\"path\": \"/\","
                + " \"pathType\": \"Prefix\"}]}]");
    assertThat(manifests.container().getPorts())
        .anyMatch(port -> port.getName().equals("https") && port.getContainerPort() == 8080);
    for (String name : List.of("demo-headcount", "-pods")) {
      JsonNode port = manifests.get("Service", name).at("/spec/ports/0");
      assertThat(port.path("name").asString()).isEqualTo("https");
      assertThat(port.path("targetPort").asString()).isEqualTo("https");
      assertThat(port.path("appProtocol").asString()).isEqualTo("https");
    }
    assertThat(
            manifests
                .find("Ingress")
                .orElseThrow()
                .at("/spec/rules/0/http/paths/0/backend/service/port/name")
                .asString())
        .isEqualTo("https");
    assertThat(
            manifests
                .find("NetworkPolicy")
                .orElseThrow()
                .at("/spec/ingress/0/ports/0/port")
                .asString())
        .isEqualTo("https");
  }

  @Test
  void testPodSeesTheCertificateAndNotTheKey() {
    PodSpec pod = Helm.template(WANT).testPod();
    assertThat(volume(pod).getSecret().getSecretName()).isEqualTo("serving");
    assertThat(files(volume(pod))).isEqualTo(Map.of("tls.crt", "tls.crt"));
    assertThat(pod.getContainers().getFirst().getVolumeMounts())
        .allMatch(mount -> mount.getReadOnly() && mount.getMountPath().equals("/etc/headcount-tls"))
        .hasSize(1);
  }

  @Test
  void notesCallByHttpsAndTrustTheAuthority() {
    assertThat(call(SECRET))
        .contains(" --cacert ca.crt ")
        .contains(" --resolve demo-headcount.default.svc:8080:127.0.0.1 ")
        .contains(" https://demo-headcount.default.svc:8080/v1/runs ")
        .doesNotContain("--cert ");
    assertThat(call(SECRET + ",tls.clientAuth=need")).contains(" --cert caller.crt ");
    assertThat(call("--set=logs.json=true")).contains(" localhost:8080/v1/runs ");
  }

  private static String call(String options) {
    String chart = Helm.chart().toString();
    var answer = Helm.run(List.of("install", "demo", chart, "--dry-run=client", options));
    return answer.output().lines().filter(l -> l.startsWith("  curl ")).findFirst().orElseThrow();
  }

  private static Volume volume(PodSpec pod) {
    return pod.getVolumes().stream()
        .filter(volume -> volume.getName().equals("tls"))
        .findFirst()
        .orElseThrow();
  }

  /** The keys of the Secret, and the files that they become. */
  private static Map<String, String> files(Volume volume) {
    return volume.getSecret().getItems().stream()
        .collect(Collectors.toMap(KeyToPath::getKey, KeyToPath::getPath));
  }
}
