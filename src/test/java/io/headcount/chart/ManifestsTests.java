package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The chart with its own sets of values: linted, rendered, held against the schemas, packed. */
class ManifestsTests {
  private static final String DEFAULT = "values.yaml";
  private static final String PRODUCTION = "values-production.yaml";
  private static final String EVERYTHING = "ci/everything-values.yaml";
  private static final String REST = "ci/everything-deployment-values.yaml";

  @ParameterizedTest
  @ValueSource(strings = {DEFAULT, PRODUCTION, EVERYTHING, REST})
  void lintFindsNothingEvenWhenStrict(String values) {
    var answer =
        Helm.run(List.of("lint", "--strict", Helm.chart().toString(), Helm.values(values)));
    assertThat(answer.exitCode()).as(answer.output()).isZero();
  }

  @Test
  void everyObjectIsThereWhenItIsSwitchedOn() {
    assertThat(Helm.template().kinds())
        .containsExactlyInAnyOrder("ServiceAccount", "Secret", "Service", "Deployment", "Pod");
    assertThat(Helm.template(Helm.values(PRODUCTION)).kinds())
        .containsExactlyInAnyOrder(
            "ServiceAccount",
            "Secret",
            "Service",
            "Deployment",
            "PodDisruptionBudget",
            "NetworkPolicy",
            "PodMonitor",
            "PrometheusRule",
            "ConfigMap",
            "ConfigMap",
            "Pod");
    assertThat(Helm.template(Helm.values(EVERYTHING)).kinds())
        .containsExactlyInAnyOrder(
            "ServiceAccount",
            "ConfigMap",
            "ConfigMap",
            "Service",
            "Service",
            "Service",
            "StatefulSet",
            "Ingress",
            "HTTPRoute",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "HorizontalPodAutoscaler",
            "ServiceMonitor",
            "PrometheusRule",
            "Pod");
  }

  /** All at once, because the compiler that finds unknown fields takes seconds to start. */
  @Test
  void everyManifestIsWhatItsSchemaSays() {
    List<JsonNode> all = new ArrayList<>();
    for (String values : List.of(DEFAULT, PRODUCTION, EVERYTHING, REST)) {
      all.addAll(Helm.template(Helm.values(values)).documents());
    }
    assertThat(all).hasSizeGreaterThan(30);
    assertThat(Schemas.faults(new Manifests(all))).isEmpty();
  }

  @Test
  void wrongManifestsWouldBeFound() {
    Manifests wrong =
        Manifests.parse(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: unknown}
            spec:
              selector: {}
              template:
                spec: {containers: [{name: a}], terminationGracePeriod: 5}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: wrong}
            spec: {type: Internet}
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: {name: missing}
            spec: {maxReplicas: 1}
            ---
            apiVersion: monitoring.coreos.com/v1
            kind: PrometheusRule
            metadata: {name: custom}
            spec: {groups: [{name: a, rules: [{expr: up, alert: a, during: 5m}]}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: route}
            spec: {rules: [{backendRefs: [{port: 1}]}]}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: panels, labels: {grafana_dashboard: "1"}}
            data: {a.json: '{"schemaVersion": 39, "panels": [{"type": "stat", "titel": "x"}]}'}
            """);
    assertThat(Schemas.faults(wrong))
        .anyMatch(fault -> fault.contains("unknown") && fault.contains("terminationGracePeriod"))
        .anyMatch(fault -> fault.contains("wrong") && fault.contains("type"))
        .anyMatch(fault -> fault.contains("missing") && fault.contains("scaleTargetRef"))
        .anyMatch(fault -> fault.contains("custom") && fault.contains("during"))
        .anyMatch(fault -> fault.contains("route") && fault.contains("name"))
        .anyMatch(fault -> fault.contains("panels: a.json") && fault.contains("titel"));
  }

  @ParameterizedTest
  @CsvSource({"63, values-production.yaml", "52, ci/everything-values.yaml"})
  void everyNameFitsAndIsTheOnlyOneOfItsKindWhenItIsTheLongest(int length, String values) {
    Manifests manifests =
        Helm.template(Helm.values(values), "--set=fullnameOverride=" + "a".repeat(length));
    assertThat(manifests.documents())
        .allMatch(document -> document.at("/metadata/name").asString().length() <= 63)
        .extracting(document -> document.path("kind") + " " + document.at("/metadata/name"))
        .doesNotHaveDuplicates();
  }

  @Test
  void packageHasTheFilesThatTheTemplatesReadAndNoValuesOfTests(@TempDir Path folder)
      throws IOException {
    var answer =
        Helm.run(List.of("package", Helm.chart().toString(), "--destination", folder.toString()));
    assertThat(answer.exitCode()).as(answer.output()).isZero();
    Path archive;
    try (Stream<Path> files = Files.list(folder)) {
      archive = files.findFirst().orElseThrow();
    }
    String listed = Helm.run(List.of("tar", "-tzf", archive.toString()), "").output();
    assertThat(listed)
        .contains("headcount/files/alerts.yaml")
        .contains("headcount/files/dashboard.json")
        .contains("headcount/values-production.yaml")
        .contains("headcount/templates/tests/run.yaml")
        .doesNotContain("/ci/");
  }
}
