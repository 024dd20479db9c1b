package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** What the chart promises, asked of the real helm. */
class ChartTests {

  /** Switches on all that is off by default. */
  private static final String[] EVERYTHING = {
    "--set=replicaCount=2",
    "--set=podDisruptionBudget.enabled=true",
    "--set=podMonitor.enabled=true",
    "--set=podMonitor.labels.release=prometheus",
    "--set=config.headcount.limits.maxLiveRuns=7",
    "--set=env[0].name=TZ,env[0].value=UTC",
    "--set=envFrom[0].secretRef.name=more",
    "--set=imagePullSecrets[0].name=pull",
    "--set=priorityClassName=high",
    "--set=nodeSelector.disk=ssd",
    "--set=tolerations[0].key=k,tolerations[0].operator=Exists",
    "--set=affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
        + ".nodeSelectorTerms[0].matchExpressions[0].key=arch,affinity.nodeAffinity"
        + ".requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]"
        + ".matchExpressions[0].operator=Exists",
    "--set=topologySpreadConstraints[0].maxSkew=1"
        + ",topologySpreadConstraints[0].topologyKey=zone"
        + ",topologySpreadConstraints[0].whenUnsatisfiable=ScheduleAnyway",
    "--set=extraVolumes[0].name=x,extraVolumes[0].emptyDir.medium=Memory",
    "--set=extraVolumeMounts[0].name=x,extraVolumeMounts[0].mountPath=/x",
    "--set=podAnnotations.a=b",
    "--set=podLabels.c=d",
    "--set=service.annotations.e=f",
    "--set=serviceAccount.annotations.g=h",
    "--set=workspace.existingClaim=claim",
  };

  @Test
  void lintFindsNothingEvenWhenStrict() {
    var answer = Helm.run(List.of("lint", "--strict", Helm.chart().toString()));
    assertThat(answer.exitCode()).as(answer.output()).isZero();
  }

  @Test
  void everyFieldIsKnownToKubernetesWhenNothingIsSet() {
    Manifests manifests = Helm.template();
    assertThat(manifests.kinds())
        .containsExactlyInAnyOrder("ServiceAccount", "Service", "Deployment");
    manifests.readStrictly();
  }

  @Test
  void everyFieldIsKnownToKubernetesWhenEverythingIsSet() {
    Manifests manifests = Helm.template(EVERYTHING);
    assertThat(manifests.kinds())
        .containsExactlyInAnyOrder(
            "ServiceAccount",
            "ConfigMap",
            "Service",
            "Deployment",
            "PodDisruptionBudget",
            "PodMonitor");
    new Manifests(
            manifests.documents().stream()
                .filter(document -> !document.path("kind").asString().equals("PodMonitor"))
                .toList())
        .readStrictly();
  }

  @Test
  void unknownFieldsWouldBeFound() {
    Manifests wrong =
        Manifests.parse(
            """
            apiVersion: apps/v1
            kind: Deployment
            spec:
              template:
                spec:
                  terminationGracePeriod: 5
            """);
    assertThatThrownBy(wrong::readStrictly)
        .isInstanceOf(UnrecognizedPropertyException.class)
        .hasMessageContaining("terminationGracePeriod");
  }

  static Stream<Arguments> stopTimes() {
    List<Arguments> times = new ArrayList<>();
    for (int preStop : new int[] {0, 5, 300}) {
      for (int drain : new int[] {0, 30, 86_400}) {
        for (int grace : new int[] {0, 5, 60}) {
          times.add(Arguments.of(preStop, drain, grace, 10));
        }
      }
    }
    times.add(Arguments.of(1, 2, 3, 300));
    return times.stream();
  }

  @ParameterizedTest
  @MethodSource("stopTimes")
  void terminationGracePeriodCoversTheWholeStop(int preStop, int drain, int grace, int margin) {
    Manifests manifests =
        Helm.template(
            "--set=shutdown.preStopSeconds=" + preStop,
            "--set=shutdown.drainSeconds=" + drain,
            "--set=shutdown.graceSeconds=" + grace,
            "--set=shutdown.marginSeconds=" + margin);

    int confirm = 5;
    assertThat(manifests.pod().getTerminationGracePeriodSeconds())
        .isEqualTo(preStop + drain + grace + confirm + margin)
        .isGreaterThan(preStop + drain + grace + confirm);
    assertThat(manifests.environment())
        .containsEntry("HEADCOUNT_SHUTDOWN_DRAIN", drain + "s")
        .containsEntry("HEADCOUNT_SHUTDOWN_GRACE", grace + "s");
    var lifecycle = manifests.container().getLifecycle();
    if (preStop == 0) {
      assertThat(lifecycle).isNull(); // a sleep of 0 is refused before Kubernetes 1.33
    } else {
      assertThat(lifecycle.getPreStop().getSleep().getSeconds()).isEqualTo(preStop);
    }
  }

  /** What is asked for, and a word of the refusal. */
  static Stream<Arguments> nonsense() {
    return Stream.of(
        Arguments.of("--set=nosuchkey=1", "nosuchkey"),
        Arguments.of("--set=shutdown.graceSecond=5", "graceSecond"),
        Arguments.of("--set=shutdown.graceSeconds=-1", "graceSeconds"),
        Arguments.of("--set=shutdown.graceSeconds=61", "graceSeconds"),
        Arguments.of("--set-string=shutdown.graceSeconds=5s", "graceSeconds"),
        Arguments.of("--set-json=shutdown.graceSeconds=2.5", "graceSeconds"),
        Arguments.of("--set=shutdown.graceSeconds=null", "graceSeconds"),
        Arguments.of("--set=shutdown.drainSeconds=-1", "drainSeconds"),
        Arguments.of("--set=shutdown.preStopSeconds=-1", "preStopSeconds"),
        Arguments.of("--set=shutdown.marginSeconds=0", "marginSeconds"),
        Arguments.of("--set=terminationGracePeriodSeconds=1", "terminationGracePeriodSeconds"),
        Arguments.of("--set=limits.maxLiveRuns=0", "maxLiveRuns"),
        Arguments.of("--set=limits.maxQueuedRuns=-1", "maxQueuedRuns"),
        Arguments.of("--set=replicaCount=-1", "replicaCount"),
        Arguments.of("--set=replicaCount=many", "replicaCount"),
        Arguments.of("--set=image.repository=", "repository"),
        Arguments.of("--set=image.digest=sha256:abc", "digest"),
        Arguments.of("--set=image.pullPolicy=Sometimes", "pullPolicy"),
        Arguments.of("--set=service.type=Internet", "type"),
        Arguments.of("--set=service.port=65536", "port"),
        Arguments.of("--set=workspace.sizeLimit=big", "sizeLimit"),
        Arguments.of("--set=podDisruptionBudget.maxUnavailable=101%", "maxUnavailable"),
        Arguments.of("--set=probes.liveness.periodSeconds=0", "periodSeconds"),
        Arguments.of("--set=podMonitor.interval=often", "interval"));
  }

  @ParameterizedTest
  @MethodSource("nonsense")
  void refusesNonsense(String option, String named) {
    var answer = Helm.tryTemplate(option);
    assertThat(answer.exitCode()).as(answer.output()).isNotZero();
    assertThat(answer.output())
        .contains("values don't meet the specifications of the schema")
        .contains(named);
  }

  /** What the Pod Security level {@code restricted} asks, field by field. */
  @Test
  void podSatisfiesRestrictedWhenNothingIsSet() {
    PodSpec pod = Helm.template().pod();
    assertThat(pod.getHostNetwork()).isNull();
    assertThat(pod.getHostPID()).isNull();
    assertThat(pod.getHostIPC()).isNull();
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
  void selectorsFindThePods() {
    Manifests manifests = Helm.template(EVERYTHING);
    Map<String, String> labels =
        manifests.deployment().getSpec().getTemplate().getMetadata().getLabels();
    assertThat(labels)
        .containsAllEntriesOf(manifests.deployment().getSpec().getSelector().getMatchLabels());
    for (String path :
        List.of(
            "Service/selector",
            "PodDisruptionBudget/selector/matchLabels",
            "PodMonitor/selector/matchLabels")) {
      String[] parts = path.split("/", 2);
      JsonNode selector = manifests.find(parts[0]).orElseThrow().path("spec").at("/" + parts[1]);
      assertThat(selector.isEmpty()).as(path).isFalse();
      selector
          .properties()
          .forEach(label ->
              assertThat(labels).containsEntry(label.getKey(), label.getValue().asString()));
    }
  }

  @Test
  void podMonitorScrapesAPortThatThePodHas() {
    Manifests manifests = Helm.template("--set=podMonitor.enabled=true");
    JsonNode endpoint =
        manifests.find("PodMonitor").orElseThrow().at("/spec/podMetricsEndpoints/0");
    assertThat(endpoint.path("path").asString()).isEqualTo("/actuator/prometheus");
    assertThat(manifests.container().getPorts())
        .anyMatch(port -> port.getName().equals(endpoint.path("port").asString()));
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
    Manifests one = Helm.template("--set=config.headcount.shutdown.margin=1s");
    assertThat(one.find("ConfigMap").orElseThrow().at("/data/application.yaml").asString())
        .contains("margin: 1s");
    assertThat(one.environment())
        .containsEntry("SPRING_CONFIG_ADDITIONAL_LOCATION", "file:/etc/headcount/");
    assertThat(one.container().getVolumeMounts())
        .anyMatch(mount -> mount.getMountPath().equals("/etc/headcount"));

    Manifests other = Helm.template("--set=config.headcount.shutdown.margin=2s");
    assertThat(annotations(one)).as("a change restarts the pods").isNotEqualTo(annotations(other));
  }

  private static Map<String, String> annotations(Manifests manifests) {
    return manifests.deployment().getSpec().getTemplate().getMetadata().getAnnotations();
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
