package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.chart.Helm;
import io.headcount.chart.Manifests;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The policy of the chart's production values, read by the service as the chart gives it. */
@Timeout(120)
class PolicyJarTests {

  @Test
  void productionValuesOfTheChartRunTheirNamedCommandsOnly(@TempDir Path folder) throws Exception {
    Manifests chart = Helm.template("--values=helm/headcount/values-production.yaml");
    String settings =
        chart.documents().stream()
            .map(document -> document.at("/data/application.yaml").asString(""))
            .filter(yaml -> !yaml.isEmpty())
            .findFirst()
            .orElseThrow();
    Files.writeString(folder.resolve("application.yaml"), settings);
    Files.writeString(folder.resolve("some.txt"), "x");
    String location = "file:" + folder + "/";
    try (ServiceProcess service =
        ServiceProcess.start(folder, Map.of("SPRING_CONFIG_ADDITIONAL_LOCATION", location))) {
      assertThat(service.get("/v1/commands").body())
          .startsWith("{\"argv\":false,\"shell\":false,")
          .contains("\"name\":\"system\"", "\"name\":\"checksum\"");
      HttpResponse<String> sum =
          service.post(
              "/v1/runs",
              "{\"command\": \"checksum\", \"parameters\": {\"file\": \"some.txt\"}}",
              "Prefer",
              "wait=10");
      assertThat(sum.body())
          .contains("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  some.txt");
      for (String body : new String[] {"{\"argv\": [\"true\"]}", "{\"shell\": \"true\"}"}) {
        assertThat(service.post("/v1/runs", body).body()).contains("command-forbidden");
      }
      TestPod.Said said = TestPod.run(TestPod.command(chart), service.port(), "of-nobody");
      assertThat(said.exitCode()).as(said.text()).isZero();
      assertThat(said.text()).contains("its policy refuses the shell");
      assertThat(service.log()).contains("event=command-forbidden").contains("io.headcount.audit");
    }
  }
}
