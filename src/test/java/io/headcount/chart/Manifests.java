package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** What helm rendered, one tree a document. */
record Manifests(List<JsonNode> documents) {

  /** The kinds whose fields are checked; a custom resource has no model here. */
  private static final Map<String, Class<?>> MODELS =
      Map.of(
          "Deployment", Deployment.class,
          "Service", Service.class,
          "ServiceAccount", ServiceAccount.class,
          "ConfigMap", ConfigMap.class,
          "PodDisruptionBudget", PodDisruptionBudget.class);

  /** Refuses a field that the model does not name, where the models would keep it aside. */
  private static final YAMLMapper STRICT =
      YAMLMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .annotationIntrospector(
              new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(MapperConfig<?> config, Annotated annotated) {
                  return false;
                }
              })
          .build();

  static Manifests parse(String yaml) {
    try (MappingIterator<JsonNode> documents = STRICT.readerFor(JsonNode.class).readValues(yaml)) {
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

  /** Reads every document by the model of its kind; throws for a field or a type that is wrong. */
  void readStrictly() {
    for (JsonNode document : documents) {
      Class<?> model = MODELS.get(document.path("kind").asString());
      assertThat(model).as("the model of %s", document.path("kind")).isNotNull();
      assertThat(STRICT.treeToValue(document, model)).isNotNull();
    }
  }

  Deployment deployment() {
    return STRICT.treeToValue(find("Deployment").orElseThrow(), Deployment.class);
  }

  PodSpec pod() {
    return deployment().getSpec().getTemplate().getSpec();
  }

  Container container() {
    List<Container> containers = pod().getContainers();
    assertThat(containers).hasSize(1);
    return containers.getFirst();
  }

  /** The environment of the service, without what comes from elsewhere. */
  Map<String, String> environment() {
    return container().getEnv().stream()
        .filter(variable -> variable.getValue() != null)
        .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
  }
}
