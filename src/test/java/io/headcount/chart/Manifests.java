package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What helm rendered, one tree a document. */
public record Manifests(List<JsonNode> documents) {
  static final YAMLMapper YAML =
      YAMLMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  static Manifests parse(String yaml) {
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(yaml)) {
      List<JsonNode> found = new ArrayList<>();
      documents.forEachRemaining(found::add);
      return new Manifests(List.copyOf(found));
    }
  }

  List<String> kinds() {
    return documents.stream().map(document -> document.path("kind").asString()).toList();
  }

  Optional<JsonNode> find(String kind) {
    return documents.stream().filter(d -> d.path("kind").asString().equals(kind)).findFirst();
  }

  /** The object of this kind whose name has this at its end. */
  public JsonNode get(String kind, String suffix) {
    return documents.stream()
        .filter(document -> document.path("kind").asString().equals(kind))
        .filter(document -> document.at("/metadata/name").asString().endsWith(suffix))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " named *" + suffix));
  }

  /** The Deployment or the StatefulSet. */
  JsonNode workload() {
    return find("Deployment").or(() -> find("StatefulSet")).orElseThrow();
  }

  JsonNode template() {
    return workload().at("/spec/template");
  }

  public PodSpec pod() {
    return YAML.treeToValue(template().path("spec"), PodSpec.class);
  }

  /** The pod of {@code helm test}. */
  public PodSpec testPod() {
    return YAML.treeToValue(find("Pod").orElseThrow().path("spec"), PodSpec.class);
  }

  /** The service's own. */
  Container container() {
    Container first = pod().getContainers().getFirst();
    assertThat(first.getName()).isEqualTo("headcount");
    return first;
  }

  /** The environment of the service, without what comes from elsewhere. */
  Map<String, String> environment() {
    return container().getEnv().stream()
        .filter(variable -> variable.getValue() != null)
        .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }

  /** An object whose values are strings: labels, annotations. */
  static Map<String, String> strings(JsonNode object) {
    Map<String, String> found = new HashMap<>();
    object.properties().forEach(entry -> found.put(entry.getKey(), entry.getValue().asString()));
    return found;
  }
}
