package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class CancelTests extends Service {

  @Test
  void endsARunWhenItIsCancelled() {
    String id = id(api.start("sleep 60"));
    Reply reply =
        api.send(
            "POST",
            "/v1/runs/" + id + "/cancel",
            java.net.http.HttpRequest.BodyPublishers.noBody());
    assertThat(reply.status()).isIn(200, 202);
    JsonNode run = awaitState(id, "exited");
    assertThat(run.path("reason").asString()).isEqualTo("manual-cancel");
    assertThat(run.path("exitSignal").asString()).isEqualTo("SIGTERM");
    assertThat(run.path("exitCode").isNull()).isTrue();
  }

  @Test
  void answersOnceItIsOverWhenTheClientPrefersTo() {
    String id = id(api.start("trap '' TERM; echo x; while :; do sleep 1; done"));
    awaitOutput(id, 2);
    Reply reply = api.post("/v1/runs/" + id + "/cancel", "{\"graceMs\": 50}", "Prefer", "wait=20");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("killEscalated").asBoolean()).isTrue();
    assertThat(reply.json().path("exitSignal").asString()).isEqualTo("SIGKILL");
  }

  @Test
  void usesAnotherSignalWhenAskedTo() {
    String id = id(api.start("trap 'exit 7' INT; echo x; while :; do sleep 0.05; done"));
    awaitOutput(id, 2);
    Reply reply =
        api.post("/v1/runs/" + id + "/cancel", "{\"signal\": \"int\"}", "Prefer", "wait=20");
    assertThat(reply.json().path("exitCode").asInt()).isEqualTo(7);
  }

  @Test
  void sendsAnotherSignalWhenAskedAgain() {
    String id =
        id(api.start("trap '' INT; trap 'exit 7' TERM; echo x; while :; do sleep 0.05; done"));
    awaitOutput(id, 2);
    api.post("/v1/runs/" + id + "/cancel", "{\"signal\": \"int\", \"graceMs\": 60000}");
    Reply reply =
        api.post("/v1/runs/" + id + "/cancel", "{\"signal\": \"term\"}", "Prefer", "wait=20");
    assertThat(reply.json().path("exitCode").asInt()).isEqualTo(7);
    assertThat(reply.json().path("killEscalated").asBoolean()).isFalse();
  }

  @Test
  void tellsOfTheOrderAndTheGraceInForceAtOnce() {
    String id = id(api.start("trap '' TERM; echo x; while :; do sleep 1; done"));
    awaitOutput(id, 2);
    assertThat(api.get("/v1/runs/" + id).json().path("graceMs").asLong()).isEqualTo(1000);
    for (long[] grace : new long[][] {{50_000, 50_000}, {40_000, 40_000}, {60_000, 40_000}}) {
      String before = api.get("/v1/runs/" + id).header("ETag");
      Reply reply = api.post("/v1/runs/" + id + "/cancel", "{\"graceMs\": %d}".formatted(grace[0]));
      assertThat(reply.status()).isEqualTo(202);
      assertThat(reply.json().path("state").asString()).isEqualTo("exiting");
      assertThat(reply.json().path("reason").asString()).isEqualTo("manual-cancel");
      assertThat(reply.json().path("graceMs").asLong()).isEqualTo(grace[1]);
      assertThat(api.get("/v1/runs/" + id, "If-None-Match", before).status())
          .isEqualTo(grace[0] == grace[1] ? 200 : 304);
    }
    Reply last =
        api.post("/v1/runs/" + id + "/cancel", "{\"signal\": \"kill\"}", "Prefer", "wait=20");
    assertThat(last.json().path("graceMs").asLong()).isZero();
  }

  @Test
  void changesNothingWhenTheRunHasExited() {
    String id = id(api.run("exit 4"));
    Reply reply = api.post("/v1/runs/" + id + "/cancel", "{}");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("reason").asString()).isEqualTo("exit");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "{\"graceMs\": 60001} | /graceMs",
        "{\"graceMs\": -1}    | /graceMs",
        "{\"graceMs\": \"1\"} | /graceMs",
        "{\"signal\": \"no\"} | /signal",
        "{\"force\": true}    | /force"
      })
  void refusesACancelWhenItIsNotAsExpected(String body, String pointer) {
    String id = id(api.start("sleep 60"));
    Reply reply = api.post("/v1/runs/" + id + "/cancel", body);
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly(pointer);
    assertThat(api.get("/v1/runs/" + id).json().path("state").asString()).isEqualTo("running");
  }

  @Test
  void endsTheScopeWhenAskedForAScope() {
    String in = id(api.post("/v1/runs", "{\"shell\": \"sleep 60\", \"scopeKey\": \"s1\"}").json());
    String out = id(api.post("/v1/runs", "{\"shell\": \"sleep 60\", \"scopeKey\": \"s2\"}").json());
    Reply reply = api.post("/v1/runs/cancel", "{\"scopeKey\": \" s1 \"}");
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.json().toString()).isEqualTo("{\"matched\":1,\"runs\":[\"" + in + "\"]}");
    awaitState(in, "exited");
    assertThat(api.get("/v1/runs/" + out).json().path("state").asString()).isEqualTo("running");
  }

  @Test
  void endsThoseWithTheLabelsWhenAskedForLabels() {
    String in =
        id(
            api.post(
                    "/v1/runs",
                    "{\"shell\": \"sleep 60\", \"labels\": {\"a\": \"1\", \"b\": \"2\"}}")
                .json());
    String out =
        id(api.post("/v1/runs", "{\"shell\": \"sleep 60\", \"labels\": {\"a\": \"1\"}}").json());
    Reply reply = api.post("/v1/runs/cancel", "{\"labels\": {\"a\": \"1\", \"b\": \"2\"}}");
    assertThat(reply.json().path("matched").asInt()).isEqualTo(1);
    awaitState(in, "exited");
    assertThat(api.get("/v1/runs/" + out).json().path("state").asString()).isEqualTo("running");
  }

  @Test
  void endsAllWhenAskedForAll() {
    String one = id(api.start("sleep 60"));
    String two = id(api.start("sleep 60"));
    Reply reply = api.post("/v1/runs/cancel", "{\"all\": true}");
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.json().path("matched").asInt()).isEqualTo(2);
    awaitState(one, "exited");
    awaitState(two, "exited");
    assertThat(api.post("/v1/runs/cancel", "{\"all\": true}").json().path("matched").asInt())
        .isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "{}                                  | ''",
        "{\"all\": true, \"scopeKey\": \"s\"} | ''",
        "{\"all\": false}                    | /all",
        "{\"all\": \"true\"}                 | /all",
        "{\"scopeKey\": \" \"}               | /scopeKey",
        "{\"labels\": {}}                    | /labels",
        "{\"labels\": {\"a\": 1}}            | /labels/a",
        "{\"states\": []}                    | /states"
      })
  void refusesToCancelManyWhenItIsNotSaidWhich(String body, String pointer) {
    String id = id(api.start("sleep 60"));
    Reply reply = api.post("/v1/runs/cancel", body);
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly(pointer.replace("''", ""));
    assertThat(api.get("/v1/runs/" + id).json().path("state").asString()).isEqualTo("running");
  }

  @Test
  void deliversASignalWhenTheRunIsLive() {
    String id = id(api.start("trap 'echo got' USR1; echo x; while :; do sleep 0.02; done"));
    awaitOutput(id, 2);
    Reply reply =
        api.post("/v1/runs/" + id + "/signal", "{\"signal\": \"SIGUSR1\", \"target\": \"leader\"}");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text()).isEqualTo("{\"delivered\":true}");
    awaitOutput(id, 6);
  }

  @Test
  void refusesASignalWhenTheRunIsOver() {
    Reply reply = api.post("/v1/runs/" + id(api.run("true")) + "/signal", "{\"signal\": \"HUP\"}");
    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.code()).isEqualTo("not-running");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "{}                                        | /signal",
        "{\"signal\": \"SIGNONE\"}                 | /signal",
        "{\"signal\": 9}                           | /signal",
        "{\"signal\": \"HUP\", \"target\": \"me\"} | /target"
      })
  void refusesASignalWhenItIsNotAsExpected(String body, String pointer) {
    Reply reply = api.post("/v1/runs/" + id(api.start("sleep 60")) + "/signal", body);
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly(pointer);
  }
}
