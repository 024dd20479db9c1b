package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.chart.Helm;
import io.headcount.chart.Manifests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real Prometheus scrapes the service, with the alerts and the dashboard as the chart renders
 * them. The order is that of a life: nothing has run, something runs, the stop.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MonitoringJarTests {
  private static final Pattern DOCUMENTED =
      Pattern.compile("(?m)^\\| `((?:headcount|process)_\\w+)");
  private static final Pattern VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");
  private static final Pattern COMPARISON = Pattern.compile(" (==|>|<) ");

  private static ServiceProcess service;
  private static Prometheus prometheus;
  private static Manifests chart;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    chart = Helm.template("--set=prometheusRule.enabled=true,dashboard.enabled=true");
    service = ServiceProcess.start(folder, Map.of("HEADCOUNT_DATA_DIR", folder.toString()));
    String rules =
        new JsonMapper().writeValueAsString(chart.get("PrometheusRule", "").path("spec"));
    prometheus = Prometheus.start(folder, service.managementPort(), rules);
    prometheus.awaitSeries("up == 1");
  }

  @AfterAll
  static void stop() throws InterruptedException {
    prometheus.stop();
    service.close();
  }

  @Test
  @Order(1)
  void hasEveryDocumentedMeterAndNoOtherWhenNothingHasRunYet() throws Exception {
    assertThat(service.get("/v1/runs").body()).contains("\"items\":[]");
    Set<String> documented =
        DOCUMENTED
            .matcher(Files.readString(Path.of("docs/meters.md")))
            .results()
            .map(found -> found.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(documented).hasSizeGreaterThan(25);
    for (String name : documented) {
      assertThat(prometheus.query("{__name__=~\"" + name + "(_count)?\"}")).as(name).isNotEmpty();
    }
    assertThat(
            prometheus.query("count by (__name__) ({__name__=~\"headcount_.*\"})").stream()
                .map(series -> series.at("/metric/__name__").asString())
                .map(name -> name.replaceFirst("_(bucket|count|sum|max)$", "")))
        .allMatch(documented::contains);
  }

  @Test
  @Order(2)
  void namesAndHelpsPassPromtool() throws Exception {
    String ours =
        service
            .manage("/actuator/prometheus")
            .body()
            .lines()
            .filter(line -> line.matches("(# (HELP|TYPE) )?headcount_.*"))
            .collect(Collectors.joining("\n", "", "\n"));
    assertThat(ours).contains("# HELP headcount_runs ");
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics").redirectErrorStream(true).start();
    try (var stdin = promtool.getOutputStream()) {
      stdin.write(ours.getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(promtool.waitFor()).as(said).isZero();
    assertThat(said).isEmpty();
  }

  @Test
  @Order(3)
  void testPodOfTheChartSeesItsRun() throws Exception {
    assertThat(chart.testPod().getContainers().getFirst().getEnv())
        .extracting(variable -> variable.getName())
        .containsExactlyInAnyOrder("SERVICE", "PORT", "TOKEN", "WAIT");
    TestPod.Said good = TestPod.run(TestPod.command(chart), service.port(), "");
    assertThat(good.exitCode()).as(good.text()).isZero();
    assertThat(good.text()).contains("answer=42");

    TestPod.Said bad = TestPod.run(TestPod.command(chart), service.managementPort(), "");
    assertThat(bad.exitCode()).as("no Headcount must not pass: " + bad.text()).isNotZero();
  }

  @Test
  @Order(4)
  void countsAreRightAfterAFewRuns() throws Exception {
    service.post("/v1/runs", "{\"shell\":\"printf 12345; exit 1\"}", "Prefer", "wait=10");
    service.post("/v1/runs", "{\"argv\":[\"/no/such\"]}");
    service.shellReady("echo ready; exec sleep 60");
    prometheus.awaitSeries("headcount_runs_started_total == 3"); // one was the chart's test
    prometheus.awaitSeries("headcount_runs{state=\"running\"} == 1");
    prometheus.awaitSeries("headcount_children_live == 1");
    prometheus.awaitSeries("headcount_runs_finished_total{reason=\"exit\"} == 2");
    prometheus.awaitSeries("headcount_run_seconds_count{reason=\"exit\"} == 2");
    prometheus.awaitSeries("headcount_spawn_failures_total{kind=\"not-found\"} == 1");
    prometheus.awaitSeries("headcount_spawn_seconds_count == 3");
    assertThat(service.openMetrics())
        .as("a request's trace, where Prometheus takes it")
        .containsPattern("http_server_requests_seconds_bucket\\{.*} \\d+ # \\{.*trace_id=");
    prometheus.awaitSeries("headcount_fds_open{kind=\"pidfd\"} == 1");
    prometheus.awaitSeries("headcount_runs_limit == 256");
    prometheus.awaitSeries("headcount_queue_limit == 100");
    prometheus.awaitSeries("headcount_shutdown_budget_seconds == 5");
    prometheus.awaitSeries(
        "headcount_fds_budget > 0 and headcount_fds_budget < process_files_max_files");
    // answer=42 and a newline, 12345, ready and a newline
    prometheus.awaitSeries("headcount_output_bytes_total{stream=\"stdout\"} == 10 + 5 + 6");
  }

  /** With {@code bool}, a comparison keeps its series whether it holds or not. */
  @Test
  @Order(5)
  void everyAlertHasSeriesAndIsSilent() throws Exception {
    List<String> alerts = new ArrayList<>();
    for (JsonNode rule : chart.get("PrometheusRule", "").at("/spec/groups/0/rules")) {
      alerts.add(rule.path("alert").asString());
      String expression = rule.path("expr").asString();
      assertThat(COMPARISON.matcher(expression).find()).as(expression).isTrue();
      prometheus.awaitSeries(COMPARISON.matcher(expression).replaceAll(" $1 bool "));
      assertThat(prometheus.query(expression)).as(expression).isEmpty();
    }
    JsonNode loaded = prometheus.api("rules").at("/groups/0/rules");
    assertThat(loaded).extracting(rule -> rule.path("name").asString()).isEqualTo(alerts);
    assertThat(loaded)
        .allMatch(rule -> rule.path("health").asString().equals("ok"), "evaluated without error");
  }

  @Test
  @Order(6)
  void everyQueryOfTheDashboardHasSeries() throws Exception {
    JsonNode dashboard =
        new JsonMapper()
            .readTree(chart.get("ConfigMap", "-dashboard").at("/data/headcount.json").asString());
    int queries = 0;
    for (JsonNode panel : dashboard.path("panels")) {
      boolean row = panel.path("type").asString().equals("row");
      assertThat(panel.path("targets").isEmpty()).as(panel.path("title").asString()).isEqualTo(row);
      for (JsonNode target : panel.path("targets")) {
        prometheus.awaitSeries(substituted(target.path("expr").asString()));
        queries++;
      }
    }
    assertThat(queries).isGreaterThan(40);
    int variables = 0;
    for (JsonNode variable : dashboard.at("/templating/list")) {
      Matcher values = VALUES.matcher(variable.at("/query/query").asString());
      if (values.matches()) {
        List<JsonNode> series = prometheus.query(substituted(values.group(1)));
        assertThat(series).isNotEmpty();
        assertThat(series).allMatch(one -> one.path("metric").has(values.group(2)));
        variables++;
      }
    }
    assertThat(variables).isEqualTo(3);
  }

  private static String substituted(String expression) {
    return expression
        .replace("$namespace", "default")
        .replace("$job", ".*")
        .replace("$pod", ".*")
        .replace("$__rate_interval", "1m");
  }

  @Test
  @Order(7)
  void stopCanBeWatchedAndTheTargetIsMissedAfterIt() throws Exception {
    service.shellReady("trap '' TERM; echo ready; while :; do sleep 1; done");
    service.signal("TERM");
    prometheus.awaitSeries("headcount_shutdown_elapsed_seconds > 0");
    service.process().waitFor();
    prometheus.awaitSeries("ALERTS{alertname=\"HeadcountTargetDown\",alertstate=\"pending\"}");
    assertThat(prometheus.query("ALERTS{alertname!=\"HeadcountTargetDown\"}")).isEmpty();
  }
}
