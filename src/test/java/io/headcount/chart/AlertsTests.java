package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The alerts as the chart renders them, tried by the real promtool. */
class AlertsTests {
  private static final Path CASES =
      Path.of("src/test/resources/io/headcount/chart/alerts-test.yaml");

  @TempDir private Path folder;

  @Test
  void eachAlertFiresWhenItShouldAndIsSilentOtherwise() throws IOException {
    JsonNode rules = rules("--set=prometheusRule.enabled=true");
    Files.writeString(folder.resolve("alerts.yaml"), Manifests.YAML.writeValueAsString(rules));
    Files.copy(CASES, folder.resolve(CASES.getFileName()));
    assertPasses("check", "rules", folder.resolve("alerts.yaml").toString());
    assertPasses("test", "rules", folder.resolve(CASES.getFileName()).toString());

    Set<String> firing = new TreeSet<>();
    Set<String> silent = new TreeSet<>();
    for (JsonNode test : Manifests.YAML.readTree(CASES).path("tests")) {
      for (JsonNode rule : test.path("alert_rule_test")) {
        (rule.path("exp_alerts").isEmpty() ? silent : firing)
            .add(rule.path("alertname").asString());
      }
    }
    assertThat(firing).isEqualTo(names(rules));
    assertThat(silent).isEqualTo(names(rules));
  }

  @Test
  void eachAlertHasItsRunbookAndTheSchemaKnowsItsName() throws IOException {
    JsonNode rules =
        rules(
            "--set=prometheusRule.enabled=true",
            "--set=prometheusRule.runbookUrl=https://example.com/alerts.md");
    List<String> headings =
        Files.readAllLines(Path.of("docs/alerts.md")).stream()
            .filter(line -> line.startsWith("## "))
            .map(line -> line.substring(3))
            .toList();
    assertThat(headings).containsExactlyElementsOf(inOrder(rules));
    for (JsonNode rule : rules.at("/groups/0/rules")) {
      assertThat(rule.at("/annotations/runbook_url").asString())
          .isEqualTo(
              "https://example.com/alerts.md#"
                  + rule.path("alert").asString().toLowerCase(Locale.ROOT));
      assertThat(rule.at("/labels/severity").asString()).isIn("critical", "warning", "info");
    }
    JsonNode schema = Manifests.YAML.readTree(Helm.chart().resolve("values.schema.json"));
    assertThat(schema.at("/properties/prometheusRule/properties/disabled/items/enum"))
        .extracting(JsonNode::asString)
        .containsExactlyElementsOf(inOrder(rules));
  }

  @Test
  void alertsCanBeLeftOutAndLabelled() {
    JsonNode rules =
        rules(
            "--set=prometheusRule.enabled=true",
            "--set=prometheusRule.disabled={HeadcountZombies,HeadcountKilled}",
            "--set=prometheusRule.alertLabels.team=a",
            "--set=prometheusRule.alertLabels.severity=page");
    assertThat(names(rules))
        .hasSizeGreaterThan(5)
        .doesNotContain("HeadcountZombies", "HeadcountKilled");
    for (JsonNode rule : rules.at("/groups/0/rules")) {
      assertThat(rule.at("/labels/team").asString()).isEqualTo("a");
      assertThat(rule.at("/labels/severity").asString()).isEqualTo("page");
    }
  }

  /** Two releases in one cluster must not alert for each other. */
  @Test
  void everySelectorIsConfinedToThisRelease() {
    for (JsonNode rule : rules("--set=prometheusRule.enabled=true").at("/groups/0/rules")) {
      String expression = rule.path("expr").asString();
      long braces = expression.chars().filter(c -> c == '{').count();
      assertThat(expression.split("namespace=\"default\",job=\"demo-headcount\"", -1))
          .as(expression)
          .hasSize((int) braces + 1);
      assertThat(braces).isPositive();
    }
  }

  private static JsonNode rules(String... options) {
    return Helm.template(options).find("PrometheusRule").orElseThrow().path("spec");
  }

  private static Set<String> names(JsonNode rules) {
    return new TreeSet<>(inOrder(rules));
  }

  private static List<String> inOrder(JsonNode rules) {
    return rules
        .at("/groups/0/rules")
        .valueStream()
        .map(rule -> rule.path("alert").asString())
        .toList();
  }

  private static void assertPasses(String... arguments) {
    List<String> command = new java.util.ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Helm.Answer answer = Helm.run(command, "");
    assertThat(answer.exitCode()).as(answer.output()).isZero();
  }
}
