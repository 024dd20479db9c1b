package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/** A service that runs named commands only. */
@ExtendWith(OutputCaptureExtension.class)
@TestPropertySource(properties = "spring.config.additional-location=classpath:commands.yaml")
class CommandsTests extends Secured {

  @Test
  void fillsPlacesAndShowsWhatCameOfThem() {
    JsonNode run =
        run("{\"command\": \"show\", \"parameters\": {\"word\": \"a b;$(id) {count} 'x\"}}").json();
    String word = "a b;$(id) {count} 'x";
    assertThat(run.at("/output/stdout").asString())
        .isEqualTo("[" + word + "][n=2][<" + word + word + ">][{{.State}}][{}]");
    assertThat(run.path("command").asString()).isEqualTo("show");
    assertThat(run.path("parameters").toString())
        .isEqualTo("{\"word\":" + Client.quoted(word) + ",\"count\":2}");
    assertThat(run.path("argv")).hasSize(9);
    assertThat(run.at("/argv/4").asString()).isEqualTo(word);
    assertThat(run.path("shell").isNull()).isTrue();
    assertThat(ops.get("/v1/runs/" + Service.id(run)).json().path("parameters"))
        .isEqualTo(run.path("parameters"));
  }

  @Test
  void takesDefaultsWhenNothingIsGiven() {
    Reply reply = run("{\"command\": \"types\"}");
    assertThat(reply.json().at("/output/stdout").asString())
        .as(reply.text())
        .isEqualTo("[slug][0][0.25][false][small][-v]");
  }

  @Test
  void writesEachTypeAsProgramsReadIt() {
    Reply reply =
        run(
            "{\"command\": \"types\", \"parameters\": {\"slug\": \"a-b\", \"offset\": -9,"
                + " \"ratio\": 5e-1, \"flag\": true, \"size\": \"-large\", \"option\": \"-x\"}}");
    assertThat(reply.json().at("/output/stdout").asString())
        .as(reply.text())
        .isEqualTo("[a-b][-9][0.5][true][-large][-x]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "show  | {}                                  | /parameters/word   | is required",
        "show  | {\"word\": \"x\", \"wrod\": \"y\"}  | /parameters/wrod   | is no parameter of show",
        "show  | {\"word\": 5}                       | /parameters/word   | expected a string",
        "show  | {\"word\": null}                    | /parameters/word   | is required",
        "show  | {\"word\": \"-x\"}                  | /parameters/word   | not beginning with '-'",
        "show  | {\"word\": \"--help\"}              | /parameters/word   | not beginning with '-'",
        "show  | {\"word\": \"a\\u0000b\"}           | /parameters/word   | without NUL",
        "show  | {\"word\": \"\\ud800\"}             | /parameters/word   | expected a string",
        "show  | {\"word\": \"x\", \"count\": 0}     | /parameters/count  | whole number from 1 to 5",
        "show  | {\"word\": \"x\", \"count\": 6}     | /parameters/count  | whole number from 1 to 5",
        "show  | {\"word\": \"x\", \"count\": \"2\"} | /parameters/count  | whole number from 1 to 5",
        "show  | {\"word\": \"x\", \"count\": 2.5}   | /parameters/count  | whole number from 1 to 5",
        "show  | {\"word\": \"x\", \"count\": 99999999999999999999} | /parameters/count | whole number",
        "types | {\"slug\": \"A\"}                   | /parameters/slug   | matches [a-z-]+",
        "types | {\"slug\": \"ok\\n\"}               | /parameters/slug   | matches [a-z-]+",
        "types | {\"slug\": \"-ok\"}                 | /parameters/slug   | not beginning with '-'",
        "types | {\"slug\": \"toolongaword\"}        | /parameters/slug   | 0 to 8 characters",
        "types | {\"offset\": -10}                   | /parameters/offset | from -9",
        "types | {\"ratio\": -0.1}                   | /parameters/ratio  | 0 or more",
        "types | {\"ratio\": 1}                      | /parameters/ratio  | up to 0.5",
        "types | {\"flag\": \"true\"}                | /parameters/flag   | true or false",
        "types | {\"flag\": 1}                       | /parameters/flag   | true or false",
        "types | {\"size\": \"medium\"}              | /parameters/size   | one of [small, -large]",
        "types | {\"option\": \"--x\"}               | /parameters/option | matches -?[a-z]+",
      })
  void namesTheParameterAndWhatWasExpected(
      String command, String parameters, String pointer, String expected) {
    Reply reply =
        ops.post(
            "/v1/runs", "{\"command\": \"%s\", \"parameters\": %s}".formatted(command, parameters));
    assertThat(reply.status()).as(reply.text()).isEqualTo(422);
    assertThat(reply.code()).isEqualTo("validation");
    assertThat(reply.pointers()).containsExactly(pointer);
    assertThat(reply.json().at("/errors/0/message").asString()).contains(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "\"cwd\": \"/\"                      | /cwd",
        "\"env\": {\"A\": \"1\"}             | /env",
        "\"secretEnv\": {\"A\": \"a\"}       | /secretEnv",
        "\"limits\": {\"openFiles\": 9}      | /limits",
        "\"timeoutMs\": 5                    | /timeoutMs",
        "\"tty\": {}                         | /tty",
      })
  void refusesToChangeWhatTheCommandFixes(String field, String pointer) {
    Reply reply = ops.post("/v1/runs", "{\"command\": \"place\", " + field + "}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly(pointer);
  }

  @Test
  void runsWithThePlaceEnvironmentLimitsAndTimeoutOfTheCommand() {
    JsonNode run = run("{\"command\": \"place\"}").json();
    assertThat(run.at("/output/stdout").asString()).isEqualTo("/usr\npolicy\n99\n");
    assertThat(run.path("reason").asString()).isEqualTo("overall-timeout");
    assertThat(run.path("cwd").asString()).isEqualTo("/usr");
    assertThat(run.path("timeoutMs").asInt()).isEqualTo(2000);
  }

  @Test
  void givesATerminalWhereTheCommandAllowsOne() {
    JsonNode run = run("{\"command\": \"type-here\", \"tty\": {}}").json();
    assertThat(run.at("/output/stdout").asString()).startsWith("/dev/pts/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"argv\": [\"true\"]}", "{\"shell\": \"true\"}"})
  void refusesFreeCommandsAndLogsAndCountsThat(String body, CapturedOutput log) {
    double before = forbidden();
    Reply reply = ops.post("/v1/runs", body);
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.header("Content-Type")).isEqualTo(Service.PROBLEM);
    assertThat(reply.code()).isEqualTo("command-forbidden");
    assertThat(reply.pointers()).hasSize(1).first().asString().matches("/(argv|shell)");
    assertThat(forbidden()).isEqualTo(before + 1);
    assertThat(log.getAll().lines().filter(line -> line.contains("event=command-forbidden")))
        .singleElement()
        .asString()
        .contains("role=admin")
        .contains("rule=headcount.policy.");
    assertThat(ops.put("/v1/runs/free", body).code()).isEqualTo("command-forbidden");
    assertThat(ops.get("/v1/runs/free").status()).isEqualTo(404);
  }

  private double forbidden() {
    return management.meter("headcount_commands_forbidden_total");
  }

  /** Before anything else of it is looked at: a caller learns nothing of the machine. */
  @Test
  void refusesFreeCommandsWhateverElseIsWrongWithThem() {
    Reply reply = ops.post("/v1/runs", "{\"argv\": [\"true\"], \"cwd\": \"/no/such\"}");
    assertThat(reply.code()).isEqualTo("command-forbidden");
  }

  @Test
  void knowsOneOfThree() {
    assertThat(ops.post("/v1/runs", "{}").pointers()).containsExactly("/argv");
    assertThat(
            ops.post("/v1/runs", "{\"command\": \"admins-only\", \"argv\": [\"true\"]}").pointers())
        .containsExactly("/argv");
  }

  @ParameterizedTest
  @CsvSource({
    "admins-only, admin, 201",
    "admins-only, runner, 403",
    "admins-only, viewer, 403",
    "runners-too, admin, 201",
    "runners-too, runner, 201",
    "runners-too, viewer, 403",
    "no-such, admin, 403",
  })
  void asksForTheRole(String command, String role, int status) {
    String body = "{\"command\": \"" + command + "\"}";
    Reply reply = as(role).post("/v1/runs", body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    if (status == 403 && !role.equals("viewer")) {
      assertThat(reply.code()).isEqualTo("command-forbidden");
      assertThat(reply.pointers()).containsExactly("/command");
    }
  }

  @Test
  void listsWhatTheCallerMayRun() {
    JsonNode all = ops.get("/v1/commands").json();
    assertThat(all.path("argv").asBoolean(true)).isFalse();
    assertThat(all.path("shell").asBoolean(true)).isFalse();
    assertThat(names(all))
        .containsExactly("show", "types", "place", "type-here", "admins-only", "runners-too");
    assertThat(names(ann.get("/v1/commands").json()))
        .contains("show", "runners-too")
        .doesNotContain("admins-only");
    assertThat(names(sees.get("/v1/commands").json())).isEmpty();

    JsonNode show = all.at("/commands/0");
    assertThat(show.path("description").asString()).isEqualTo("Prints its arguments in brackets.");
    assertThat(show.at("/argv/4").asString()).isEqualTo("{word}");
    assertThat(show.at("/parameters/1").toString())
        .isEqualTo(
            "{\"name\":\"count\",\"type\":\"integer\",\"required\":false,\"defaultValue\":\"2\","
                + "\"pattern\":null,\"min\":1,\"max\":5,\"values\":[],\"description\":null}");
    assertThat(show.at("/parameters/0/required").asBoolean()).isTrue();
  }

  private static List<String> names(JsonNode answer) {
    return answer.path("commands").valueStream().map(c -> c.path("name").asString()).toList();
  }

  @Test
  void isTheSameRequestWhenItIsRepeated() {
    String body = "{\"command\": \"show\", \"parameters\": {\"word\": \"x\"}}";
    assertThat(ops.put("/v1/runs/named", body).status()).isEqualTo(201);
    assertThat(ops.put("/v1/runs/named", body).status()).isEqualTo(200);
    assertThat(ops.put("/v1/runs/named", body.replace("\"x\"", "\"y\"")).status()).isEqualTo(409);
    ops.delete("/v1/runs/named");
  }

  private Reply run(String body) {
    return ops.post("/v1/runs", body, "Prefer", "wait=20");
  }
}
