package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.ClassPathResource;
import tools.jackson.databind.JsonNode;

/** What the values do to the objects, asked of the real helm. */
class ChartTests {
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
        Helm.template(Helm.values("ci/everything-values.yaml")).environment().keySet().stream()
            .filter(name -> name.startsWith("HEADCOUNT_"))
            .toList();
    assertThat(ours)
        .contains("HEADCOUNT_SERVER_ADDRESS", "HEADCOUNT_SHUTDOWN_GRACE", "HEADCOUNT_TLS_CLIENT_CA")
        .allSatisfy(name -> assertThat(settings).containsPattern("\\$\\{" + name + "[:}]"));
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
    return Manifests.strings(manifests.template().at("/metadata/annotations"));
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

  @ParameterizedTest
  @ValueSource(strings = {"values.yaml", "ci/everything-values.yaml"})
  void notesTellTheNextThreeCommands(String values) {
    String notes = notes(Helm.values(values));
    JsonNode workload = Helm.template(Helm.values(values)).workload();
    assertThat(notes.lines().takeWhile(line -> !line.contains("another terminal")))
        .filteredOn(line -> line.matches("  (kubectl|helm) .*"))
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .endsWith(
                        "rollout status "
                            + workload.path("kind").asString().toLowerCase(Locale.ROOT)
                            + "/demo-headcount"),
            line -> assertThat(line).endsWith("test demo --logs"),
            line -> assertThat(line).contains("port-forward service/demo-headcount 8080:"));
    assertThat(notes.contains("WARNING")).isEqualTo(values.startsWith("ci/"));
  }

  @ParameterizedTest
  @CsvSource({
    "'ingress.enabled=true,ingress.hosts[0].host=a.b,ingress.hosts[0].paths[0].path=/,ingress.hosts[0].paths[0].pathType=Prefix', keeps out the controller, networkPolicy.clients[0].podSelector.matchLabels.a=b",
    "'httpRoute.enabled=true,httpRoute.parentRefs[0].name=x', keeps out the controller, networkPolicy.clients[0].podSelector.matchLabels.a=b",
    "tracing.endpoint=http://x:1, keeps the pods from tracing.endpoint:, networkPolicy.egress[0].to[0].ipBlock.cidr=10.0.0.0/8",
    "config.headcount.security.jwt.issuer-uri=https://x, keeps the pods from the issuer, networkPolicy.egress[0].to[0].ipBlock.cidr=10.0.0.0/8",
    "'env[0].name=HEADCOUNT_SECURITY_JWT_ISSUER_URI,env[0].value=https://x', keeps the pods from the issuer, networkPolicy.egress[0].to[0].ipBlock.cidr=10.0.0.0/8",
  })
  void notesTellWhomTheNetworkPolicyLocksOut(String setting, String told, String remedy) {
    String closed = "--set=networkPolicy.enabled=true," + setting;
    assertThat(notes(closed)).contains(told);
    assertThat(notes(closed, "--set=" + remedy)).doesNotContain("The network policy keeps");
    assertThat(notes("--set=" + setting)).doesNotContain("The network policy keeps");
  }

  private static String notes(String... options) {
    List<String> arguments =
        new ArrayList<>(List.of("install", "demo", Helm.chart().toString(), "--dry-run=client"));
    arguments.addAll(List.of(options));
    var answer = Helm.run(arguments);
    assertThat(answer.exitCode()).as(answer.output()).isZero();
    return answer.output().substring(answer.output().indexOf("NOTES:"));
  }

  @Test
  void podOfTheTestStaysUntilTheNextSoThatItsLogCanBeRead() {
    JsonNode pod = Helm.template().find("Pod").orElseThrow();
    assertThat(Manifests.strings(pod.at("/metadata/annotations")))
        .containsEntry("helm.sh/hook-delete-policy", "before-hook-creation");
  }

  @ParameterizedTest
  @CsvSource({
    "'strategy.type=Recreate', /spec/strategy",
    "'persistence.enabled=true,strategy.type=OnDelete', /spec/updateStrategy",
    "'persistence.enabled=true,strategy.rollingUpdate=null', /spec/updateStrategy",
  })
  void rollingUpdateOfTheValuesForProductionIsLeftOutWhereItIsNotTaken(
      String setting, String path) {
    JsonNode strategy =
        Helm.template(Helm.values("values-production.yaml"), "--set=" + setting)
            .workload()
            .at(path);
    assertThat(strategy.propertyNames()).containsExactly("type");
  }

  /** Another collector, for one, and the AOT cache would not be used. */
  @Test
  void exampleOfJavaOptionsIsTheLineOfTheImageButForWhatItChanges() throws IOException {
    String image = Files.readString(Helm.chart().resolve("../../Dockerfile")).replace("\\\n", "");
    Matcher line = Pattern.compile("JDK_JAVA_OPTIONS=\"([^\"]+)\"").matcher(image);
    assertThat(line.find()).isTrue();
    assertThat(
            Helm.template(Helm.values("ci/everything-values.yaml"))
                .environment()
                .get("JDK_JAVA_OPTIONS"))
        .isEqualTo(line.group(1).replace("MaxRAMPercentage=30", "MaxRAMPercentage=25"));
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
