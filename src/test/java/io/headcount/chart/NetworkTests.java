package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who finds the pods, and who may talk to them. */
class NetworkTests {
  private static final String EVERYTHING = Helm.values("ci/everything-values.yaml");

  @Test
  void selectorsFindThePodsAndNotThatOfTheTest() {
    Manifests manifests = Helm.template(EVERYTHING);
    Map<String, String> pods = Manifests.strings(manifests.template().at("/metadata/labels"));
    Map<String, String> test =
        Manifests.strings(manifests.find("Pod").orElseThrow().at("/metadata/labels"));
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
            assertThat(pods).as(kind).containsAllEntriesOf(Manifests.strings(selector));
            assertThat(test.entrySet().containsAll(Manifests.strings(selector).entrySet()))
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
    assertThat(Manifests.strings(service.at("/metadata/labels")))
        .containsAllEntriesOf(Manifests.strings(monitor.at("/spec/selector/matchLabels")));
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
}
