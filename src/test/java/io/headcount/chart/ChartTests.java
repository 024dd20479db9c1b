package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;

/** What the chart promises, asked of the real helm. */
class ChartTests {
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
        .containsExactlyInAnyOrder("/tmp", "/workspace", "/var/lib/headcount");
    assertThat(manifests.pod().getVolumes())
        .allMatch(volume -> volume.getEmptyDir().getSizeLimit() != null)
        .extracting(Volume::getName)
        .containsExactlyInAnyOrderElementsOf(
            container.getVolumeMounts().stream().map(VolumeMount::getName).toList());
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
  void commandsCannotReadAToken() {
    Manifests manifests = Helm.template();
    assertThat(manifests.pod().getAutomountServiceAccountToken()).isFalse();
    JsonNode account = manifests.find("ServiceAccount").orElseThrow();
    assertThat(account.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(manifests.pod().getServiceAccountName())
        .isEqualTo(account.path("metadata").path("name").asString());
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
  void selectorsFindThePodsAndNotThatOfTheTest() {
    Manifests manifests = Helm.template(EVERYTHING);
    Map<String, String> pods = strings(manifests.template().at("/metadata/labels"));
    Map<String, String> test = strings(manifests.find("Pod").orElseThrow().at("/metadata/labels"));
    List<String> selectors = new ArrayList<>();
    for (JsonNode document : manifests.documents()) {
      for (String path :
          List.of(
              "/spec/selector/matchLabels", "/spec/selector", "/spec/podSelector/matchLabels")) {
        JsonNode selector = document.at(path);
        if (selector.isObject() && !selector.isEmpty() && !selector.has("matchLabels")) {
          String kind = document.path("kind").asString();
          selectors.add(kind);
          if (!kind.equals("ServiceMonitor")) { // selects the Service of the management port
            assertThat(pods).as(kind).containsAllEntriesOf(strings(selector));
            assertThat(test.entrySet().containsAll(strings(selector).entrySet()))
                .as(kind)
                .isFalse();
          }
        }
      }
    }
    assertThat(selectors)
        .containsExactlyInAnyOrder(
            "Service",
            "Service",
            "Service",
            "StatefulSet",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "ServiceMonitor");
  }

  @Test
  void monitorsFindThePortAndGiveTheJobThatTheAlertsAskFor() {
    Manifests pods = Helm.template("--set=podMonitor.enabled=true");
    assertScraped(pods.find("PodMonitor").orElseThrow().at("/spec/podMetricsEndpoints/0"));
    assertThat(pods.container().getPorts()).anyMatch(port -> port.getName().equals("management"));

    Manifests services = Helm.template("--set=serviceMonitor.enabled=true");
    JsonNode monitor = services.find("ServiceMonitor").orElseThrow();
    assertScraped(monitor.at("/spec/endpoints/0"));
    JsonNode service = services.get("Service", "-management");
    assertThat(strings(service.at("/metadata/labels")))
        .containsAllEntriesOf(strings(monitor.at("/spec/selector/matchLabels")));
    assertThat(service.at("/spec/ports/0/name").asString()).isEqualTo("management");
  }

  private static void assertScraped(JsonNode endpoint) {
    assertThat(endpoint.path("port").asString()).isEqualTo("management");
    assertThat(endpoint.path("path").asString()).isEqualTo("/actuator/prometheus");
    assertThat(endpoint.at("/relabelings/0/targetLabel").asString()).isEqualTo("job");
    String job = endpoint.at("/relabelings/0/replacement").asString();
    assertThat(
            Helm.template("--set=prometheusRule.enabled=true")
                .find("PrometheusRule")
                .orElseThrow()
                .toString())
        .contains("job=\\\"" + job + "\\\"");
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
    assertThat(manifests.pod().getVolumes()).extracting(Volume::getName).containsExactly("tmp");
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
  void networkPolicyClosesAllThatIsNotNamed() {
    JsonNode closed =
        policy("--set=networkPolicy.prometheus=null", "--set=networkPolicy.dns=false");
    assertThat(closed.at("/policyTypes"))
        .extracting(JsonNode::asString)
        .contains("Ingress", "Egress");
    assertThat(closed.at("/egress").isArray() && closed.at("/egress").isEmpty()).isTrue();
    assertThat(closed.at("/ingress")).hasSize(1);
    assertThat(closed.at("/ingress/0/from")).hasSize(1); // the pod of `helm test`
    assertThat(closed.at("/ingress/0/ports/0/port").asString()).isEqualTo("http");

    JsonNode open =
        policy(
            "--set=networkPolicy.clients[0].podSelector.matchLabels.a=b",
            "--set=networkPolicy.egress[0].to[0].ipBlock.cidr=10.0.0.0/8");
    assertThat(open.at("/ingress/0/from")).hasSize(2);
    assertThat(open.at("/ingress/1/from")).hasSize(1);
    assertThat(open.at("/ingress/1/ports/0/port").asString()).isEqualTo("management");
    assertThat(open.at("/egress/0/ports")).allMatch(port -> port.path("port").asInt() == 53);
    assertThat(open.at("/egress/1/to/0/ipBlock/cidr").asString()).isEqualTo("10.0.0.0/8");
    for (JsonNode rule : open.at("/ingress")) {
      assertThat(rule.path("from").isEmpty()).as("an empty list is everybody").isFalse();
    }
  }

  private static JsonNode policy(String... options) {
    List<String> all = new ArrayList<>(List.of(options));
    all.add("--set=networkPolicy.enabled=true");
    return Helm.template(all.toArray(String[]::new))
        .find("NetworkPolicy")
        .orElseThrow()
        .path("spec");
  }

  @Test
  void autoscalerDecidesOnTheNumberOfPods() {
    Manifests manifests =
        Helm.template("--set=autoscaling.enabled=true,autoscaling.targetRunningRuns=100");
    assertThat(manifests.workload().at("/spec").has("replicas")).isFalse();
    JsonNode spec = manifests.find("HorizontalPodAutoscaler").orElseThrow().path("spec");
    assertThat(spec.at("/scaleTargetRef/kind").asString()).isEqualTo("Deployment");
    assertThat(spec.at("/scaleTargetRef/name"))
        .isEqualTo(manifests.workload().at("/metadata/name"));
    assertThat(spec.at("/metrics"))
        .extracting(m -> m.path("type").asString())
        .containsExactly("Resource", "Pods");
  }

  @Test
  void constraintWithoutASelectorSpreadsThesePods() {
    var constraints = Helm.template(EVERYTHING).pod().getTopologySpreadConstraints();
    assertThat(constraints.get(0).getLabelSelector().getMatchLabels())
        .containsEntry("app.kubernetes.io/instance", "demo");
    assertThat(constraints.get(1).getLabelSelector().getMatchLabels()).containsOnlyKeys("own");
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
  void routesLeadToTheService() {
    Manifests manifests = Helm.template(EVERYTHING);
    JsonNode service = manifests.get("Service", "demo-headcount");
    JsonNode ingress =
        manifests.find("Ingress").orElseThrow().at("/spec/rules/0/http/paths/0/backend/service");
    assertThat(ingress.path("name")).isEqualTo(service.at("/metadata/name"));
    assertThat(ingress.at("/port/name")).isEqualTo(service.at("/spec/ports/0/name"));
    JsonNode route = manifests.find("HTTPRoute").orElseThrow().at("/spec/rules/0/backendRefs/0");
    assertThat(route.path("name")).isEqualTo(service.at("/metadata/name"));
    assertThat(route.path("port")).isEqualTo(service.at("/spec/ports/0/port"));
  }

  @Test
  void limitsReachTheServiceAsWholeNumbers(@TempDir Path folder) throws IOException {
    Path values =
        Files.writeString(folder.resolve("values.yaml"), "limits: {maxLiveRuns: 1000000}");
    assertThat(Helm.template("--values=" + values).environment())
        .containsEntry("HEADCOUNT_LIMITS_MAX_LIVE_RUNS", "1000000")
        .containsEntry("HEADCOUNT_LIMITS_MAX_QUEUED_RUNS", "100");
  }

  @Test
  void everyVariableOfTheServiceIsOneThatItReads() throws IOException {
    String settings =
        new ClassPathResource("application.yaml").getContentAsString(StandardCharsets.UTF_8);
    List<String> ours =
        Helm.template().environment().keySet().stream()
            .filter(name -> name.startsWith("HEADCOUNT_"))
            .toList();
    assertThat(ours)
        .contains("HEADCOUNT_SERVER_ADDRESS", "HEADCOUNT_SHUTDOWN_GRACE")
        .allSatisfy(name -> assertThat(settings).contains("${" + name + ":"));
  }

  @Test
  void configBecomesAFileThatTheServiceReads() {
    Manifests one = Helm.template("--set=config.headcount.defaults.timeout=1m");
    assertThat(one.find("ConfigMap").orElseThrow().at("/data/application.yaml").asString())
        .contains("timeout: 1m");
    assertThat(one.environment())
        .containsEntry("SPRING_CONFIG_ADDITIONAL_LOCATION", "file:/etc/headcount/");
    assertThat(one.container().getVolumeMounts())
        .anyMatch(mount -> mount.getMountPath().equals("/etc/headcount"));

    Manifests other = Helm.template("--set=config.headcount.defaults.timeout=2m");
    assertThat(annotations(one)).as("a change restarts the pods").isNotEqualTo(annotations(other));
  }

  private static Map<String, String> annotations(Manifests manifests) {
    return strings(manifests.template().at("/metadata/annotations"));
  }

  private static Map<String, String> strings(JsonNode object) {
    Map<String, String> found = new HashMap<>();
    object.properties().forEach(entry -> found.put(entry.getKey(), entry.getValue().asString()));
    return found;
  }

  @Test
  void imageIsThisVersionUnlessToldOtherwise() {
    assertThat(Helm.template().container().getImage())
        .isEqualTo("headcount:" + System.getProperty("headcount.version"));
    String digest = "sha256:" + "0a".repeat(32);
    assertThat(
            Helm.template("--set-string=image.tag=7", "--set=image.digest=" + digest)
                .container()
                .getImage())
        .isEqualTo("headcount@" + digest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--set=global.team=a", "--set=enabled=true"})
  void canBeAPartOfAnotherChart(String option) {
    assertThat(Helm.template(option).kinds()).contains("Deployment");
  }

  /** A key needs a {@code # --} comment right above it, or a key above it has one. */
  @Test
  void everyValueIsExplained() throws IOException {
    Pattern key = Pattern.compile("^( *)([A-Za-z]+):(.*)$");
    List<String> unexplained = new ArrayList<>();
    int explainedBelow = Integer.MAX_VALUE; // deeper than this belongs to an explained key
    String previous = "";
    for (String line : Files.readAllLines(Helm.chart().resolve("values.yaml"))) {
      Matcher matcher = key.matcher(line);
      if (matcher.matches() && matcher.group(1).length() <= explainedBelow) {
        boolean explained = previous.strip().startsWith("# -- ");
        boolean onlyGroups = matcher.group(3).isBlank();
        explainedBelow = explained ? matcher.group(1).length() : Integer.MAX_VALUE;
        if (!explained && !onlyGroups) {
          unexplained.add(line.strip());
        }
      }
      previous = line;
    }
    assertThat(unexplained).isEmpty();
  }
}
