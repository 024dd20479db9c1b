package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** Asks the schemas of Kubernetes, the Prometheus operator, the Gateway API and Grafana. */
final class Schemas {

  /** A line for everything that is wrong with these manifests. */
  static List<String> faults(Manifests manifests) {
    String folder = Helm.property("headcount.kubernetes");
    assertThat(Path.of(folder, "node_modules"))
        .as("the schemas, which scripts/install-tools installs")
        .isDirectory();
    Helm.Answer answer =
        Helm.run(
            List.of("node", "src/test/kubernetes/validate.mjs", folder),
            new JsonMapper().writeValueAsString(manifests.documents()));
    assertThat(answer.exitCode()).as(answer.output()).isZero();
    return answer.output().lines().toList();
  }

  private Schemas() {}
}
