package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

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
    assertThat(schemas.at("/TtyRequest/required").toString()).isEqualTo("[\"columns\",\"rows\"]");
    assertThat(request.has("required")).isFalse();
  }

  @Test
  void saysOfEveryRequestThatUnknownFieldsAreRefused() {
    JsonNode document = api.get("/v3/api-docs").json();
    List<String> requests =
        document.findValues("requestBody").stream()
            .map(body -> body.at("/content/application~1json/schema/$ref").asString(""))
            .filter(reference -> !reference.isEmpty())
            .toList();
    assertThat(requests).hasSizeGreaterThan(5);
    for (String reference : requests) {
      assertThat(document.at(reference.substring(1)).path("additionalProperties").asBoolean(true))
          .as(reference)
          .isFalse();
    }
  }

  @Test
  void hasExamplesThatWorkAsTheyCome() {
    JsonNode document = api.get("/v3/api-docs").json();
    JsonNode schemas = document.at("/components/schemas");
    String start = schemas.at("/RunRequest/example").toString();
    String cancel = schemas.at("/CancelManyRequest/example").toString();
    assertThat(api.post("/v1/runs", start).status()).isEqualTo(201);
    assertThat(api.put("/v1/runs/tried", start).status()).isEqualTo(201);
    assertThat(api.post("/v1/runs/cancel", cancel).status()).isEqualTo(202);
    assertThat(document.findValues("example"))
        .noneMatch(example -> example.isString() && example.asString().equals("null"));
  }

  @Test
  void countsNoneThatWasKeptAmongTheSurvivors() {
    JsonNode run =
        api.post(
                "/v1/runs",
                "{\"shell\": \"exec >/dev/null 2>&1; sleep 1000 &\", \"descendants\": \"keep\"}",
                "Prefer",
                "wait=20")
            .json();
    assertThat(run.path("state").asString()).isEqualTo("exited");
    assertThat(api.get("/v1/runs/" + id(run) + "/processes").json().path("items")).hasSize(1);
    assertThat(run.path("survivors")).isEmpty();
    assertThat(
            api.get("/v3/api-docs")
                .json()
                .at("/components/schemas/Run/properties/survivors/description")
                .asString())
        .contains("could not be ended")
        .doesNotContain("kept");
  }

  @Test
  void asksForATokenOrACertificateOrNothing() {
    JsonNode document = api.get("/v3/api-docs").json();
    assertThat(document.path("security").toString())
        .isEqualTo("[{\"bearer\":[]},{\"mutualTLS\":[]},{}]");
    JsonNode schemes = document.at("/components/securitySchemes");
    assertThat(schemes.at("/bearer/scheme").asString()).isEqualTo("bearer");
    assertThat(schemes.at("/mutualTLS/type").asString()).isEqualTo("mutualTLS");
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
    assertThat(schemas.path("Problem").path("required").valueStream().map(JsonNode::asString))
        .containsExactlyInAnyOrderElementsOf(problem.propertyNames());
  }

  @Test
  void describesWhatOnlySomeProblemsHave(@TempDir Path folder) {
    JsonNode schema = api.get("/v3/api-docs").json().at("/components/schemas/Problem");
    String waiting =
        "{\"argv\": [\"sleep\", \"1000\"], \"stdin\": {\"mode\": \"pipe\"}, \"output\": %s}";
    String file = "{\"file\": %s}".formatted(Client.quoted(folder.resolve("out").toString()));
    String stdin =
        "/v1/runs/" + id(api.post("/v1/runs", waiting.formatted("{}")).json()) + "/stdin";
    String inFile = id(api.post("/v1/runs", waiting.formatted(file)).json());
    String dropped =
        id(
            api.post(
                    "/v1/runs",
                    "{\"shell\": \"head -c 9999 /dev/zero\", \"output\": {\"retainBytes\": 4096}}",
                    "Prefer",
                    "wait=20")
                .json());
    Map<String, Client.Reply> problems =
        Map.of(
            "start-failed", api.post("/v1/runs", "{\"argv\": [\"there-is-no-such-program\"]}"),
            "stdin-offset", api.bytes(stdin, new byte[1], "Stdin-Offset", "5"),
            "stdin-full", api.bytes(stdin, new byte[1 << 20]),
            "output-in-file", api.get("/v1/runs/" + inFile + "/output"),
            "output-gone", api.get("/v1/runs/" + dropped + "/output", "Range", "bytes=0-"));
    Set<String> sent = new TreeSet<>();
    problems.forEach((code, reply) -> {
      assertThat(reply.code()).isEqualTo(code);
      sent.addAll(reply.json().propertyNames());
    });
    assertThat(schema.path("properties").propertyNames()).containsExactlyInAnyOrderElementsOf(sent);
    assertThat(schema.at("/properties/error/$ref").asString())
        .isEqualTo("#/components/schemas/RunError");
    assertThat(schema.at("/properties/offset/type").asString()).isEqualTo("integer");
    assertThat(schema.at("/properties/file/type").asString()).isEqualTo("string");
  }

  @Test
  void namesThePreferenceWhereItIsHonoured() {
    JsonNode parameters = api.get("/v3/api-docs").json().at("/paths/~1v1~1runs/post/parameters");
    assertThat(parameters.toString()).contains("\"Prefer\"").contains("\"header\"");
  }

  @Test
  void isOneDocumentForAllInBothForms() {
    Client.Reply json = api.get("/v3/api-docs");
    assertThat(json.header("Content-Type")).isEqualTo("application/json");
    assertThat(json.json().at("/info/version"))
        .isEqualTo(api.get("/v1/info").json().path("version"));
    assertThat(json.json().path("servers").toString()).isEqualTo("[{\"url\":\"/\"}]");
    assertThat(api.get("/v3/api-docs", "X-Forwarded-Host", "a.test").body()).isEqualTo(json.body());
    Client.Reply yaml = api.get("/v3/api-docs.yaml");
    assertThat(yaml.header("Content-Type")).isEqualTo("application/vnd.oai.openapi");
    assertThat(new YAMLMapper().readTree(yaml.body())).isEqualTo(json.json());
  }

  @Test
  void tellsItsSizeWhenAskedForNoMore() {
    Client.Reply head = api.send("HEAD", "/v3/api-docs", BodyPublishers.noBody());
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length"))
        .isEqualTo(String.valueOf(api.get("/v3/api-docs").body().length));
  }

  @Test
  void servesAPageThatShowsTheDocument() {
    Client.Reply way = api.get("/swagger-ui");
    assertThat(way.status()).isEqualTo(302);
    assertThat(way.header("Location")).isEqualTo("/swagger-ui/index.html");
    assertThat(api.get("/swagger-ui/index.html").header("Content-Type")).isEqualTo("text/html");
    assertThat(api.get("/swagger-ui/swagger-initializer.js").text())
        .contains("url: \"/v3/api-docs\"");
    assertThat(api.get("/swagger-ui/swagger-ui-bundle.js").status()).isEqualTo(200);
    assertThat(api.get("/swagger-ui/nothing.js").code()).isEqualTo("not-found");
    assertThat(api.get("/v3/api-docs/swagger-config").code()).isEqualTo("not-found");
  }
}
