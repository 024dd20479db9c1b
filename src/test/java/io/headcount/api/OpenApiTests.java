package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OpenApiTests extends Service {
  /** The contract's table. */
  private static final List<String> CONTRACT =
      List.of(
          "post /v1/runs",
          "put /v1/runs/{id}",
          "get /v1/runs",
          "get /v1/runs/{id}",
          "delete /v1/runs/{id}",
          "post /v1/runs/{id}/cancel",
          "post /v1/runs/cancel",
          "post /v1/runs/{id}/signal",
          "post /v1/runs/{id}/stdin",
          "put /v1/runs/{id}/tty",
          "get /v1/runs/{id}/attach",
          "get /v1/runs/{id}/output",
          "get /v1/runs/{id}/events",
          "get /v1/runs/{id}/processes",
          "get /v1/events",
          "get /v1/info",
          "get /v1/commands");

  @Test
  void describesThePathsOfTheContractWhenAsked() {
    JsonNode document = api.get("/v3/api-docs").json();
    assertThat(document.path("openapi").asString()).startsWith("3.1");
    assertThat(document.path("info").path("title").asString()).isEqualTo("Headcount");
    List<String> operations = new ArrayList<>();
    document
        .path("paths")
        .forEachEntry((path, methods) ->
            methods.propertyNames().forEach(method -> operations.add(method + " " + path)));
    assertThat(operations).containsExactlyInAnyOrderElementsOf(CONTRACT);
  }

  @Test
  void describesTheProblemsOfEveryOperation() {
    JsonNode document = api.get("/v3/api-docs").json();
    document
        .path("paths")
        .forEachEntry((path, methods) ->
            methods.forEach(operation -> {
              JsonNode problem =
                  operation
                      .path("responses")
                      .path("default")
                      .path("content")
                      .path("application/problem+json");
              assertThat(problem.path("schema").path("$ref").asString())
                  .as(path)
                  .isEqualTo("#/components/schemas/Problem");
            }));
    JsonNode start = document.at("/paths/~1v1~1runs/post/responses");
    assertThat(start.propertyNames())
        .contains("201", "200", "202", "400", "413", "415", "422", "429", "503");
    assertThat(start.at("/201/content/application~1json/schema/$ref").asString())
        .isEqualTo("#/components/schemas/Run");
    assertThat(document.at("/paths/~1v1~1runs~1{id}/delete/responses/204").isObject()).isTrue();
  }

  @Test
  void tellsOfNullWhenAFieldMayBeNull() {
    JsonNode schemas = api.get("/v3/api-docs").json().path("components").path("schemas");
    JsonNode run = schemas.path("Run").path("properties");
    assertThat(run.at("/exitCode/type").toString()).contains("integer").contains("null");
    assertThat(run.at("/id/type").toString()).doesNotContain("null");
    assertThat(run.at("/reason/enum").toString()).contains("spawn-error").contains("null");
    assertThat(run.at("/error/anyOf").toString()).contains("RunError").contains("null");
    assertThat(run.at("/createdAt/format").asString()).isEqualTo("date-time");
    JsonNode request = schemas.path("RunRequest");
    assertThat(request.at("/properties/env/additionalProperties/type").toString()).contains("null");
    assertThat(request.at("/additionalProperties").asBoolean(true)).isFalse();
    assertThat(schemas.at("/SignalRequest/required").toString()).isEqualTo("[\"signal\"]");
    assertThat(request.has("required")).isFalse();
  }

  @Test
  void describesExactlyTheFieldsThatAreSent() {
    JsonNode schemas = api.get("/v3/api-docs").json().path("components").path("schemas");
    JsonNode run = api.run("echo x");
    Map.of("Run", run, "RunOutput", run.path("output"), "RunStdin", run.path("stdin"))
        .forEach((name, value) ->
            assertThat(schemas.path(name).path("properties").propertyNames())
                .as(name)
                .containsExactlyInAnyOrderElementsOf(value.propertyNames()));
    JsonNode problem = api.post("/v1/runs", "{}").json();
    assertThat(schemas.path("Problem").path("properties").propertyNames())
        .containsExactlyInAnyOrderElementsOf(problem.propertyNames());
  }

  @Test
  void namesThePreferenceWhereItIsHonoured() {
    JsonNode parameters = api.get("/v3/api-docs").json().at("/paths/~1v1~1runs/post/parameters");
    assertThat(parameters.toString()).contains("\"Prefer\"").contains("\"header\"");
  }

  @Test
  void servesTheUserInterface() {
    assertThat(api.get("/swagger-ui/index.html").status()).isEqualTo(200);
    assertThat(api.get("/swagger-ui").status()).isIn(200, 302);
  }
}
