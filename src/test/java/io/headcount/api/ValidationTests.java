package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValidationTests extends Service {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "{}                                                                   | /argv",
        "{\"argv\": null}                                                     | /argv",
        "{\"argv\": []}                                                       | /argv",
        "{\"argv\": [\"\"]}                                                   | /argv",
        "{\"argv\": \"ls\"}                                                   | /argv",
        "{\"argv\": [\"ls\", 5]}                                              | /argv/1",
        "{\"argv\": [\"ls\", null]}                                           | /argv/1",
        "{\"argv\": [\"a\\u0000b\"]}                                          | /argv/0",
        "{\"argv\": [\"ls\"], \"shell\": \"ls\"}                              | /shell",
        "{\"argv\": [\"ls\"], \"parameters\": {}}                           | /parameters",
        "{\"argv\": [\"ls\"], \"parameters\": []}                           | /parameters",
        "{\"argv\": [\"ls\"], \"parameters\": {\"a\": []}}                  | /parameters/a",
        "{\"argv\": [\"ls\"], \"parameters\": {\"a\": 1e999}}               | /parameters/a",
        "{\"argv\": [\"ls\"], \"command\": 5}                               | /command",
        "{\"argv\": [\"ls\"], \"secretEnv\": {\"A\": \"a\"}}                | /secretEnv/A",
        "{\"argv\": [\"ls\"], \"secretEnv\": {\"A\": null}}                 | /secretEnv/A",
        "{\"shell\": \" \"}                                                   | /shell",
        "{\"shell\": 5}                                                       | /shell",
        "{\"shell\": \"ls\", \"cwd\": \"/no/such\"}                           | /cwd",
        "{\"shell\": \"ls\", \"cwd\": \"/etc/passwd\"}                        | /cwd",
        "{\"shell\": \"ls\", \"env\": {\"A=B\": \"x\"}}                       | /env/A=B",
        "{\"shell\": \"ls\", \"env\": {\"A\": 5}}                             | /env/A",
        "{\"shell\": \"ls\", \"env\": {\"a/b~c\": true}}                      | /env/a~1b~0c",
        "{\"shell\": \"ls\", \"env\": []}                                     | /env",
        "{\"shell\": \"ls\", \"stdin\": {\"mode\": \"open\"}}                 | /stdin/mode",
        "{\"shell\": \"ls\", \"stdin\": {\"mode\": \"inline\"}}               | /stdin/text",
        "{\"shell\": \"ls\", \"stdin\": {\"text\": \"x\"}}                    | /stdin/text",
        "{\"shell\": \"ls\", \"stdin\": {\"mode\": \"pipe\", \"base64\": \"eA==\"}} | /stdin/base64",
        "{\"shell\": \"ls\", \"stdin\": {\"mode\": \"inline\", \"base64\": \"*\"}}  | /stdin/base64",
        "{\"shell\": \"ls\", \"output\": {\"file\": \"\"}}                   | /output/file",
        "{\"shell\": \"ls\", \"output\": {\"file\": \"a/\"}}                 | /output/file",
        "{\"shell\": \"ls\", \"output\": {\"file\": \"/\"}}                  | /output/file",
        "{\"shell\": \"ls\", \"output\": {\"file\": \"a\\u0000b\"}}          | /output/file",
        "{\"shell\": \"ls\", \"output\": {\"file\": 5}}                      | /output/file",
        "{\"shell\": \"ls\", \"output\": {\"file\": \"a\", \"redact\": true}} | /output/redact",
        "{\"shell\": \"ls\", \"output\": {\"file\": \"a\", \"maxBytes\": 5}}  | /output/maxBytes",
        "{\"shell\": \"ls\", \"output\": {\"file\": \"a\", \"retainBytes\": 5}} | /output/retainBytes",
        "{\"shell\": \"ls\", \"output\": {\"file\": \"a\"}, \"tty\": {}}       | /tty",
        "{\"shell\": \"ls\", \"output\": {\"file\": \"a\"}, \"noOutputTimeoutMs\": 5} | /noOutputTimeoutMs",
        "{\"shell\": \"ls\", \"stdin\": \"closed\"}                           | /stdin",
        "{\"shell\": \"ls\", \"tty\": {\"columns\": 0}}                       | /tty/columns",
        "{\"shell\": \"ls\", \"tty\": {\"columns\": 4294967376}}              | /tty/columns",
        "{\"shell\": \"ls\", \"tty\": {\"rows\": 1001}}                       | /tty/rows",
        "{\"shell\": \"ls\", \"tty\": {\"rows\": \"30\"}}                     | /tty/rows",
        "{\"shell\": \"ls\", \"tty\": {\"term\": \"a b\"}}                    | /tty/term",
        "{\"shell\": \"ls\", \"tty\": {}, \"stdin\": {\"mode\": \"closed\"}}  | /stdin/mode",
        "{\"shell\": \"ls\", \"security\": {\"parentDeathSignal\": \"SIGX\"}}  | /security/parentDeathSignal",
        "{\"shell\": \"ls\", \"security\": {\"noNewPrivs\": 1}}              | /security/noNewPrivs",
        "{\"shell\": \"ls\", \"sandbox\": {\"writable\": \"all\"}}            | /sandbox/writable",
        "{\"shell\": \"ls\", \"sandbox\": true}                              | /sandbox",
        "{\"shell\": \"ls\", \"sandbox\": {}, \"cwd\": \"/etc\"}              | /cwd",
        "{\"shell\": \"ls\", \"limits\": {\"coreBytes\": -1}}                | /limits/coreBytes",
        "{\"shell\": \"ls\", \"timeoutMs\": \"5\"}                            | /timeoutMs",
        "{\"shell\": \"ls\", \"timeoutMs\": 5.0}                              | /timeoutMs",
        "{\"shell\": \"ls\", \"timeoutMs\": -1}                               | /timeoutMs",
        "{\"shell\": \"ls\", \"timeoutMs\": 9007199254740993}                 | /timeoutMs",
        "{\"shell\": \"ls\", \"timeoutMs\": 99999999999999999999}             | /timeoutMs",
        "{\"shell\": \"ls\", \"noOutputTimeoutMs\": true}                     | /noOutputTimeoutMs",
        "{\"shell\": \"ls\", \"queueTimeoutMs\": -5}                          | /queueTimeoutMs",
        "{\"shell\": \"ls\", \"stop\": {\"signal\": \"SIGNONE\"}}             | /stop/signal",
        "{\"shell\": \"ls\", \"stop\": {\"graceMs\": 60001}}                  | /stop/graceMs",
        "{\"shell\": \"ls\", \"stop\": {\"grace\": 5}}                        | /stop/grace",
        "{\"shell\": \"ls\", \"descendants\": \"leave\"}                      | /descendants",
        "{\"shell\": \"ls\", \"replaceExistingScope\": true}                  | /replaceExistingScope",
        "{\"shell\": \"ls\", \"replaceExistingScope\": 1}                     | /replaceExistingScope",
        "{\"shell\": \"ls\", \"labels\": {\"a:b\": \"x\"}}                    | /labels/a:b",
        "{\"shell\": \"ls\", \"labels\": {\"a\": null}}                       | /labels/a",
        "{\"shell\": \"ls\", \"limits\": {\"openFiles\": 0}}                  | /limits/openFiles",
        "{\"shell\": \"ls\", \"output\": {\"retainBytes\": 0}}                | /output/retainBytes",
        "{\"shell\": \"ls\", \"outptu\": {}}                                  | /outptu",
      })
  void namesTheFieldWhenItIsNotAsExpected(String body, String pointer) {
    Reply reply = api.post("/v1/runs", body.strip());
    assertThat(reply.status()).as(reply.text()).isEqualTo(422);
    assertThat(reply.header("Content-Type")).isEqualTo(PROBLEM);
    assertThat(reply.code()).isEqualTo("validation");
    assertThat(reply.pointers()).containsExactly(pointer);
  }

  @Test
  void namesAllFieldsWhenSeveralAreNotAsExpected() {
    Reply types = api.post("/v1/runs", "{\"argv\": 1, \"cwd\": 2, \"nope\": 3}");
    assertThat(types.pointers()).containsExactlyInAnyOrder("/argv", "/cwd", "/nope");
    Reply values =
        api.post(
            "/v1/runs", "{\"stdin\": {\"mode\": \"?\"}, \"timeoutMs\": -1, \"cwd\": \"/no/such\"}");
    assertThat(values.pointers())
        .containsExactlyInAnyOrder("/argv", "/stdin/mode", "/timeoutMs", "/cwd");
  }

  @Test
  void takesNullForAbsentWhenAFieldIsNull() {
    Reply reply =
        api.post(
            "/v1/runs",
            "{\"argv\": [\"true\"], \"shell\": null, \"name\": null, \"cwd\": null, \"env\": null,"
                + " \"stdin\": null, \"tty\": null, \"timeoutMs\": null, \"stop\": null,"
                + " \"descendants\": null, \"scopeKey\": null, \"replaceExistingScope\": null,"
                + " \"labels\": null, \"limits\": null, \"output\": null}");
    assertThat(reply.status()).isEqualTo(201);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", "5", "\"x\""})
  void refusesTheDocumentWhenItIsNoObject(String body) {
    Reply reply = api.post("/v1/runs", body);
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly("");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"argv\": [\"ls\"]} x",
        "{\"argv\": [\"ls\"]}{}",
        "{\"argv\": [\"ls\"], \"argv\": [\"rm\"]}",
        "{'argv': []}",
        "[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]"
      })
  void answers400WhenTheBodyIsNoJson(String body) {
    Reply reply = api.post("/v1/runs", body);
    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.code()).isEqualTo("malformed");
    assertThat(reply.text()).doesNotContain("jackson").doesNotContain("java.");
  }

  @Test
  void answers400WhenTheBodyIsNoUtf8() {
    byte[] body = "{\"shell\": \"ls \u00ff\"}".getBytes(StandardCharsets.ISO_8859_1);
    assertThat(api.bytes("/v1/runs", body, "Content-Type", JSON).code()).isEqualTo("malformed");
  }

  /** What a proxy that looks into bodies would read as another text. */
  @Test
  void answers400WhenCharactersHaveAnotherEncodingThanTheirOwn() {
    byte[] overlong = "{\"shell\": \"ls \u00c0\u00af\"}".getBytes(StandardCharsets.ISO_8859_1);
    byte[] wide = "{\"shell\": \"ls\"}".getBytes(StandardCharsets.UTF_16LE);
    assertThat(api.bytes("/v1/runs", overlong, "Content-Type", JSON).code()).isEqualTo("malformed");
    assertThat(api.bytes("/v1/runs", wide, "Content-Type", JSON).code()).isEqualTo("malformed");
  }

  @Test
  void answers413WhenTheBodyIsTooLarge() {
    String large = "{\"shell\": \"" + "x".repeat(70_000) + "\"}";
    Reply reply = api.post("/v1/runs", large);
    assertThat(reply.status()).isEqualTo(413);
    assertThat(reply.code()).isEqualTo("too-large");
    Reply chunked =
        api.send(
            "POST",
            "/v1/runs",
            java.net.http.HttpRequest.BodyPublishers.ofInputStream(
                () -> new java.io.ByteArrayInputStream(large.getBytes(StandardCharsets.UTF_8))),
            "Content-Type",
            JSON);
    assertThat(chunked.status()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/yaml"})
  void answers415WhenTheBodyIsNotCalledJson(String type) {
    Reply reply =
        api.bytes("/v1/runs", "{}".getBytes(StandardCharsets.UTF_8), "Content-Type", type);
    assertThat(reply.status()).isEqualTo(415);
    assertThat(reply.code()).isEqualTo("unsupported-media-type");
    assertThat(api.bytes("/v1/runs", new byte[] {'{', '}'}).status()).isEqualTo(415);
  }

  @AfterEach
  void nothingWasStarted() {
    assertThat(
            supervisor
                .list(
                    new io.headcount.supervisor.RunQuery(
                        java.util.Set.of(io.headcount.supervisor.RunState.STARTING),
                        java.util.Set.of(),
                        null,
                        java.util.Map.of(),
                        1,
                        null,
                        null))
                .runs())
        .isEmpty();
  }

  @Test
  void refusesParametersThatNoOperationKnows() throws IOException {
    String id = id(api.run("true"));
    for (AccessTable.Line line : AccessTable.lines()) {
      if (line.path().startsWith("/v1/")) {
        String target = line.path(id) + "?nope=1&limit=1&limit=2";
        Draft draft = new Draft(line.method(), target, new byte[0]);
        RawHttp.Answer answer = RawHttp.send(port(), draft.bytes());
        assertThat(answer.status()).as(line.operation()).isEqualTo(422);
        assertThat(answer.body()).contains("\"pointer\":\"/nope\"", "\"pointer\":\"/limit\"");
      }
    }
    assertThat(api.get("/v1/runs?limit=1&limit=2").pointers()).containsExactly("/limit");
    assertThat(api.get("/v1/runs?state=exited&state=running&&").status()).isEqualTo(200);
    assertThat(api.get("/v1/runs/" + id + "?include=output&include=").status()).isEqualTo(422);
  }
}
