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
    assertThat(document.at("/paths/~1v1~1info/get/responses/401/headers").propertyNames())
        .containsExactly("WWW-Authenticate");
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
  void declaresTheHeadersThatAreSent() {
    JsonNode paths = api.get("/v3/api-docs").json().path("paths");
    String echo = "{\"argv\": [\"echo\", \"hello\"]}";
    String sleep = "{\"argv\": [\"sleep\", \"1000\"]}";
    String none = "{\"argv\": [\"there-is-no-such-program\"]}";
    String[] now = {"Prefer", "wait=0"};
    String[] later = {"Prefer", "wait=20"};
    Headers start = new Headers(paths.at("/~1v1~1runs/post"));
    start.are(201, api.post("/v1/runs", echo));
    start.are(200, api.post("/v1/runs", echo, later));
    start.are(202, api.post("/v1/runs", sleep, now));
    start.are(422, api.post("/v1/runs", none, later));
    start.are(415, api.bytes("/v1/runs", new byte[1], "Content-Type", "text/plain"));
    Headers put = new Headers(paths.at("/~1v1~1runs~1{id}/put"));
    put.are(201, api.put("/v1/runs/first", echo));
    put.are(200, api.put("/v1/runs/over", echo, later));
    put.are(202, api.put("/v1/runs/live", sleep, now));
    Headers list = new Headers(paths.at("/~1v1~1runs/get"));
    list.are(200, api.get("/v1/runs?limit=1"));
    Headers look = new Headers(paths.at("/~1v1~1runs~1{id}/get"));
    look.are(200, api.get("/v1/runs/over", now));
    look.are(304, api.get("/v1/runs/over", "Prefer", "wait=0", "If-None-Match", "*"));
    Headers output = new Headers(paths.at("/~1v1~1runs~1{id}~1output/get"));
    output.are(200, api.get("/v1/runs/over/output"));
    output.are(206, api.get("/v1/runs/over/output", "Range", "bytes=0-1"));
    output.are(416, api.get("/v1/runs/over/output", "Range", "bytes=6-"));
    output.are(406, api.get("/v1/runs/over/output", "Accept", "text/html"));
    Headers events = new Headers(paths.at("/~1v1~1runs~1{id}~1events/get"));
    events.are(416, api.get("/v1/runs/over/events?offset=7"));
    Headers cancel = new Headers(paths.at("/~1v1~1runs~1{id}~1cancel/post"));
    cancel.are(202, api.post("/v1/runs/live/cancel", "{\"signal\": \"SIGCONT\"}", now));
    cancel.are(200, api.post("/v1/runs/live/cancel", "{\"graceMs\": 0}", later));
  }

  /** What the document says of the headers of an operation. */
  private record Headers(JsonNode operation) {
    /** That any answer may have, whatever it says. */
    private static final Set<String> OF_ANY =
        Set.of(
            "cache-control",
            "connection",
            "content-length",
            "content-type",
            "date",
            "transfer-encoding",
            "x-content-type-options");

    void are(int status, Client.Reply reply) {
      assertThat(reply.status()).as(reply.text()).isEqualTo(status);
      Set<String> sent = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
      sent.addAll(reply.headers().map().keySet());
      OF_ANY.forEach(sent::remove);
      Set<String> declared = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
      declared.addAll(operation.at("/responses/" + status + "/headers").propertyNames());
      assertThat(declared)
          .as("%s %d", operation.path("operationId").asString(), status)
          .isEqualTo(sent);
    }
  }

  @Test
  void declaresThatABodyMayBeOfNoTypeThatIsAccepted() {
    JsonNode document = api.get("/v3/api-docs").json();
    document
        .path("paths")
        .forEachEntry((path, methods) ->
            methods.forEach(operation -> {
              JsonNode responses = operation.path("responses");
              boolean hasBody =
                  responses.at("/200/content").isObject()
                      || responses.at("/202/content").isObject();
              assertThat(responses.has("406")).as(path).isEqualTo(hasBody);
            }));
    api.put("/v1/runs/known", "{\"argv\": [\"echo\", \"hello\"]}");
    for (String path :
        List.of("/v1/info", "/v1/runs", "/v1/runs/known", "/v1/runs/known/output", "/v1/events")) {
      Client.Reply reply = api.get(path, "Accept", "text/html");
      assertThat(reply.status()).as(path).isEqualTo(406);
      assertThat(reply.header("Content-Type")).isEqualTo(PROBLEM);
      assertThat(reply.header("Accept")).as(path).isNotNull();
    }
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
