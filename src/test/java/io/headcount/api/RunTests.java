package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.api.Client.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class RunTests extends Service {

  @Test
  void waitsForTheExitWhenTheClientPrefersTo() {
    String id =
        id(api.post("/v1/runs", "{\"shell\": \"cat\", \"stdin\": {\"mode\": \"pipe\"}}").json());
    CompletableFuture<Reply> waiting =
        CompletableFuture.supplyAsync(() -> api.get("/v1/runs/" + id, "Prefer", "wait=20"));
    api.bytes("/v1/runs/" + id + "/stdin?eof=true", new byte[0]);
    Reply reply = waiting.orTimeout(20, TimeUnit.SECONDS).join();
    assertThat(reply.header("Preference-Applied")).isEqualTo("wait=20");
    assertThat(reply.json().path("state").asString()).isEqualTo("exited");
  }

  @Test
  void answers304WhenNothingHasChanged() {
    String id = id(api.run("echo x"));
    Reply first = api.get("/v1/runs/" + id);
    String tag = first.header("ETag");
    assertThat(tag).startsWith("W/\"");
    Reply again = api.get("/v1/runs/" + id, "If-None-Match", "\"other\", " + tag);
    assertThat(again.status()).isEqualTo(304);
    assertThat(again.header("ETag")).isEqualTo(tag);
    assertThat(again.body()).isEmpty();
    assertThat(api.get("/v1/runs/" + id + "?include=output", "If-None-Match", tag).status())
        .isEqualTo(200);
  }

  @Test
  void changesTheTagWhenTheRunWrites() {
    String id =
        id(api.post("/v1/runs", "{\"shell\": \"cat\", \"stdin\": {\"mode\": \"pipe\"}}").json());
    String before = api.get("/v1/runs/" + id).header("ETag");
    api.bytes("/v1/runs/" + id + "/stdin", "x".getBytes(StandardCharsets.UTF_8));
    awaitOutput(id, 1);
    assertThat(api.get("/v1/runs/" + id).header("ETag")).isNotEqualTo(before);
  }

  @Test
  void showsTheEndOfTheOutputWhenAskedTo() {
    // three bytes a character, so that the cut at 64 KiB falls inside of one
    String id = id(api.run("i=0; while [ $i -lt 22000 ]; do printf '\u20ac'; i=$((i+1)); done"));
    JsonNode output = api.get("/v1/runs/" + id + "?include=output").json().path("output");
    assertThat(output.path("stdoutBytes").asInt()).isEqualTo(66_000);
    assertThat(output.path("stdout").asString()).matches("\u20ac{21845}");
    assertThat(output.path("stderr").asString()).isEmpty();
    assertThat(api.get("/v1/runs/" + id).json().path("output").has("stdout")).isFalse();
  }

  @Test
  void replacesInvalidBytesWhenShownAsText() {
    JsonNode run = api.run("printf 'a\\377b'");
    assertThat(run.path("output").path("stdout").asString()).isEqualTo("a\ufffdb");
  }

  @Test
  void refusesAnIncludeWhenItIsUnknown() {
    Reply reply = api.get("/v1/runs/" + id(api.run("true")) + "?include=all");
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly("/include");
  }

  @Test
  void answers404WhenThereIsNoRun() {
    for (String path : List.of("", "/output", "/processes")) {
      Reply reply = api.get("/v1/runs/nobody" + path);
      assertThat(reply.status()).isEqualTo(404);
      assertThat(reply.code()).isEqualTo("not-found");
      assertThat(reply.json().path("instance").asString()).isEqualTo("/v1/runs/nobody" + path);
    }
    assertThat(api.delete("/v1/runs/nobody").status()).isEqualTo(404);
    assertThat(api.post("/v1/runs/nobody/cancel", "{}").status()).isEqualTo(404);
    assertThat(api.post("/v1/runs/nobody/signal", "{\"signal\":\"HUP\"}").status()).isEqualTo(404);
    assertThat(api.bytes("/v1/runs/nobody/stdin", new byte[1]).status()).isEqualTo(404);
  }

  @Test
  void forgetsARunWhenItIsDeleted() {
    JsonNode run = api.start("sleep 60");
    assertThat(api.delete("/v1/runs/" + id(run)).status()).isEqualTo(204);
    assertThat(api.get("/v1/runs/" + id(run)).status()).isEqualTo(404);
    assertThat(ProcessHandle.of(run.path("pid").asLong())).isEmpty();
  }

  @Test
  void listsTheTreeWhenARunIsLive() {
    String id = id(api.start("sleep 60 & sleep 61 & wait"));
    await()
        .pollInterval(5, TimeUnit.MILLISECONDS)
        .until(() -> api.get("/v1/runs/" + id + "/processes").json().path("items").size() == 3);
    JsonNode leader = api.get("/v1/runs/" + id + "/processes").json().path("items").get(0);
    assertThat(leader.propertyNames())
        .containsExactly(
            "pid", "ppid", "startTime", "state", "rssBytes", "cpuMs", "fds", "command", "escaped");
    assertThat(leader.path("command").asString()).contains("sleep 60");
  }

  @Test
  void listsPageByPageWhenThereAreMore() {
    List<String> started = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      String body =
          "{\"shell\": \"true\", \"scopeKey\": \"paging\","
              + " \"labels\": {\"n\": \""
              + i % 2
              + "\", \"p\": \"a b\"}}";
      started.addFirst(id(api.post("/v1/runs", body, "Prefer", "wait=20").json()));
    }
    List<String> listed = new ArrayList<>();
    String path =
        "/v1/runs?scopeKey=paging&label=p:a%20b&state=exited,running&state=queued&limit=3";
    int pages = 0;
    while (path != null) {
      Reply reply = api.get(path);
      assertThat(reply.status()).isEqualTo(200);
      reply.json().path("items").forEach(item -> listed.add(id(item)));
      String link = reply.header("Link");
      assertThat(link == null).isEqualTo(reply.json().path("nextCursor").isNull());
      path = link == null ? null : link.replaceAll("<(.*)>; rel=\"next\"", "$1");
      pages++;
    }
    assertThat(listed).isEqualTo(started);
    assertThat(pages).isEqualTo(3);
    assertThat(
            api.get("/v1/runs?scopeKey=paging&label=n:1&label=p:a%20b").json().path("items").size())
        .isEqualTo(3);
    assertThat(api.get("/v1/runs?scopeKey=paging&reason=signal,lost").json().path("items").size())
        .isZero();
    assertThat(api.get("/v1/runs?scopeKey=paging&reason=exit").json().path("items").size())
        .isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource({
    "state=gone,/state", "reason=bored,/reason", "limit=0,/limit", "limit=201,/limit",
    "limit=x,/limit", "label=ab,/label", "cursor=abc,/cursor", "cursor=Zm9vLjU,/cursor",
    "scope=x,/scope"
  })
  void refusesAParameterWhenItIsNotAsExpected(String query, String pointer) {
    Reply reply = api.get("/v1/runs?" + query);
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly(pointer);
  }

  @Test
  void tellsLimitsAndUseWhenAskedForInfo() {
    api.start("sleep 60");
    JsonNode info = api.get("/v1/info").json();
    assertThat(info.path("bootId").asString()).isEqualTo(supervisor.settings().bootId());
    assertThat(info.path("limits").path("maxLiveRuns").asInt()).isEqualTo(8);
    assertThat(info.path("limits").path("maxBodyBytes").asInt()).isEqualTo(65_536);
    assertThat(info.path("capacity").path("liveRuns").asInt()).isEqualTo(1);
    assertThat(info.path("capacity").path("descriptors").path("open").asInt()).isPositive();
    assertThat(info.path("capabilities").size()).isPositive();
    assertThat(info.path("startedAt").asString()).endsWith("Z");
  }
}
