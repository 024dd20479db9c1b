package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A run that writes to a file: what its clients are told, and that none takes it for silent. */
class OutputFileTests extends Attaching {
  @TempDir Path folder;

  private String body(String shell, String more) {
    return "{\"shell\": %s, \"cwd\": %s, \"output\": {\"file\": \"build.log\"}%s}"
        .formatted(Client.quoted(shell), Client.quoted(folder.toString()), more);
  }

  private String file() {
    return folder.resolve("build.log").toString();
  }

  @Test
  void tellsWhereTheOutputIsAndShowsNoneOfIt() {
    Reply reply =
        api.post("/v1/runs", body("echo out; echo err >&2; exit 3", ""), "Prefer", "wait=20");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    JsonNode run = reply.json();
    assertThat(run.path("exitCode").asInt()).isEqualTo(3);
    assertThat(run.at("/output/file").asString()).isEqualTo(file());
    assertThat(run.at("/output/next").asInt(-1)).isZero();
    assertThat(run.at("/output/complete").asBoolean(false)).isTrue();
    assertThat(run.path("output").has("stdout")).isFalse();
    assertThat(run.path("output").has("stderr")).isFalse();
    JsonNode again = api.get("/v1/runs/" + id(run) + "?include=output").json();
    assertThat(again.path("output")).isEqualTo(run.path("output"));
    assertThat(Path.of(file())).hasContent("out\nerr\n");
  }

  @Test
  void saysOfAnOrdinaryRunThatThereIsNoFile() {
    JsonNode run = api.run("true");
    assertThat(run.at("/output/file").isNull()).isTrue();
    assertThat(run.at("/output/stdout").asString("none")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?follow=true", "?tail=5", "?stream=stderr"})
  void answersAProblemWithTheFileWhereTheOutputIsAskedFor(String query) {
    String id = id(api.post("/v1/runs", body("exec sleep 1000", "")).json());
    String path = "/v1/runs/" + id + "/output" + query;
    Reply reply = api.get(path);
    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.header("Content-Type")).isEqualTo(PROBLEM);
    assertThat(reply.code()).isEqualTo("output-in-file");
    assertThat(reply.json().path("file").asString()).isEqualTo(file());
    assertThat(api.send("HEAD", path, BodyPublishers.noBody()).status()).isEqualTo(409);
    assertThat(api.get("/problems/output-in-file").text()).contains("output.file");
  }

  @Test
  void followsTheRunItselfByEvents() throws Exception {
    String id = id(api.post("/v1/runs", body("cat", ", \"stdin\": {\"mode\": \"pipe\"}")).json());
    try (Sse events = new Sse(api.open("/v1/runs/" + id + "/events").body())) {
      Sse.Event state = events.next();
      assertThat(state.name()).isEqualTo("state");
      assertThat(state.data().at("/output/file").asString()).isEqualTo(file());
      api.bytes("/v1/runs/" + id + "/stdin?eof=true", new byte[] {'x'});
      assertThat(events.rest().stream().map(Sse.Event::name))
          .endsWith("exit", "end")
          .doesNotContain("output", "gap");
    }
    assertThat(Path.of(file())).hasContent("x");
  }

  @Test
  void attachesForInputAndTheExit() throws Exception {
    String id = id(api.post("/v1/runs", body("cat", ", \"stdin\": {\"mode\": \"pipe\"}")).json());
    try (AttachClient client = attach(id, "?offset=0")) {
      assertThat(client.awaitFrame("state").at("/run/output/file").asString()).isEqualTo(file());
      client.type("typed");
      client.order("{\"type\": \"eof\"}");
      assertThat(client.closeCode()).isEqualTo(1000);
      assertThat(client.bytes()).isEmpty();
      assertThat(client.types()).endsWith("exit").doesNotContain("error", "gap");
    }
    assertThat(Path.of(file())).hasContent("typed");
  }

  @Test
  void isEndedByTheKillPath() throws Exception {
    String line = "trap 'echo bye; exit 4' TERM; echo ready; while :; do sleep 0.01; done";
    String id = id(api.post("/v1/runs", body(line, "")).json());
    AttachClient.patiently().until(() -> Files.readString(Path.of(file())).equals("ready\n"));
    Reply reply = api.post("/v1/runs/" + id + "/cancel", "{}", "Prefer", "wait=20");
    assertThat(reply.json().path("state").asString()).isEqualTo("exited");
    assertThat(reply.json().path("exitCode").asInt()).isEqualTo(4);
    assertThat(reply.json().path("killEscalated").asBoolean(true)).isFalse();
    assertThat(Path.of(file())).content().startsWith("ready\n").endsWith("bye\n");
  }

  @Test
  void doesNotStartWhenTheFileCannotBeOpened() throws Exception {
    Files.createDirectory(Path.of(file()));
    Reply reply = api.post("/v1/runs", body("touch ran", ""));
    assertThat(reply.status()).as(reply.text()).isEqualTo(422);
    assertThat(reply.code()).isEqualTo("start-failed");
    assertThat(reply.json().at("/error/kind").asString()).isEqualTo("bad-output");
    assertThat(reply.json().at("/error/errno").asString()).isEqualTo("EISDIR");
    assertThat(reply.json().at("/error/message").asString()).contains(file());
    JsonNode run = api.get("/v1/runs/" + reply.json().path("runId").asString()).json();
    assertThat(run.path("reason").asString()).isEqualTo("spawn-error");
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  @Test
  void holdsNoPathThatIsLongerThanAnyFileHas() {
    for (int length : new int[] {4096, 4097}) {
      Reply reply = api.post("/v1/runs", body("true", "").replace("build.log", "x".repeat(length)));
      assertThat(reply.code()).isEqualTo(length > 4096 ? "validation" : "start-failed");
    }
  }

  @Test
  void isAnotherRequestWithAnotherFile() {
    String body = body("true", "");
    assertThat(api.put("/v1/runs/to-file", body).status()).isEqualTo(201);
    assertThat(api.put("/v1/runs/to-file", body).status()).isEqualTo(200);
    assertThat(api.put("/v1/runs/to-file", body.replace("build.log", "other.log")).status())
        .isEqualTo(409);
    api.delete("/v1/runs/to-file");
  }
}
