package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class StartTests extends Service {

  @Test
  void startsARunWhenAskedTo() {
    Reply reply = api.post("/v1/runs", "{\"argv\": [\"sleep\", \"60\"], \"name\": \"nap\"}");
    JsonNode run = reply.json();
    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.header("Location")).isEqualTo("/v1/runs/" + id(run));
    assertThat(run.path("state").asString()).isEqualTo("running");
    assertThat(run.path("name").asString()).isEqualTo("nap");
    assertThat(run.path("pid").isNumber()).isTrue();
    assertThat(run.path("argv").toString()).isEqualTo("[\"sleep\",\"60\"]");
  }

  @Test
  void saysHowLongAnAnswerIsWhenItIsJson() {
    Reply reply = api.post("/v1/runs", "{\"argv\": [\"true\"], \"name\": \"h\u00e4\"}");
    assertThat(reply.header("Content-Length")).isEqualTo(String.valueOf(reply.body().length));
  }

  @Test
  void namesEveryFieldOfTheContractWhenARunIsShown() {
    JsonNode run = api.start("sleep 60");
    assertThat(run.propertyNames())
        .containsExactly(
            "id",
            "bootId",
            "name",
            "owner",
            "state",
            "reason",
            "exitCode",
            "exitSignal",
            "error",
            "argv",
            "shell",
            "command",
            "parameters",
            "cwd",
            "scopeKey",
            "labels",
            "pid",
            "createdAt",
            "startedAt",
            "exitingAt",
            "exitedAt",
            "lastOutputAt",
            "durationMs",
            "timeoutMs",
            "noOutputTimeoutMs",
            "graceMs",
            "killEscalated",
            "oomKilled",
            "limitReached",
            "survivors",
            "stdin",
            "tty",
            "output",
            "usage");
    assertThat(run.path("output").propertyNames())
        .containsExactly(
            "first",
            "next",
            "stdoutBytes",
            "stderrBytes",
            "droppedBytes",
            "complete",
            "truncated",
            "file");
    assertThat(run.path("createdAt").asString()).matches("\\d{4}-.*T.*Z");
  }

  @Test
  void answersWithTheOutputWhenTheExitCameInTime() {
    Reply reply =
        api.post(
            "/v1/runs", "{\"shell\": \"echo out; echo err >&2; exit 3\"}", "Prefer", "wait=20");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("Preference-Applied")).isEqualTo("wait=20");
    JsonNode run = reply.json();
    assertThat(run.path("state").asString()).isEqualTo("exited");
    assertThat(run.path("reason").asString()).isEqualTo("exit");
    assertThat(run.path("exitCode").asInt()).isEqualTo(3);
    assertThat(run.path("output").path("stdout").asString()).isEqualTo("out\n");
    assertThat(run.path("output").path("stderr").asString()).isEqualTo("err\n");
  }

  @Test
  void answersWithoutTheExitWhenTheWaitWasShorter() {
    Reply reply = api.post("/v1/runs", "{\"shell\": \"sleep 60\"}", "Prefer", "wait=0");
    assertThat(reply.status()).isEqualTo(202);
    assertThat(reply.json().path("state").asString()).isEqualTo("running");
  }

  @Test
  void boundsTheWaitWhenAClientWantsMore() {
    Reply reply = api.post("/v1/runs", "{\"shell\": \"true\"}", "Prefer", "wait=99999");
    assertThat(reply.header("Preference-Applied")).isEqualTo("wait=30");
  }

  @Test
  void tellsWhyWhenACommandDoesNotStart() {
    Reply reply = api.post("/v1/runs", "{\"argv\": [\"/no/such/program\"]}");
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.header("Content-Type")).isEqualTo(PROBLEM);
    assertThat(reply.code()).isEqualTo("start-failed");
    JsonNode problem = reply.json();
    assertThat(problem.path("error").path("kind").asString()).isEqualTo("not-found");
    assertThat(problem.path("error").path("errno").asString()).isEqualTo("ENOENT");
    JsonNode record = api.get("/v1/runs/" + problem.path("runId").asString()).json();
    assertThat(record.path("state").asString()).isEqualTo("exited");
    assertThat(record.path("reason").asString()).isEqualTo("spawn-error");
    assertThat(record.path("error").path("kind").asString()).isEqualTo("not-found");
  }

  @Test
  void answersAtOnceWhenARunHasToWaitForAPlace() {
    for (int i = 0; i < 8; i++) {
      api.start("sleep 60");
    }
    Reply waiting = api.post("/v1/runs", "{\"shell\": \"true\"}");
    assertThat(waiting.status()).isEqualTo(201);
    assertThat(waiting.json().path("state").asString()).isEqualTo("queued");
    api.start("true");
    Reply refused = api.post("/v1/runs", "{\"shell\": \"true\"}");
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.code()).isEqualTo("queue-full");
    assertThat(refused.header("Retry-After")).isEqualTo("1");
    assertThat(refused.json().path("retryable").asBoolean()).isTrue();
    assertThat(refused.json().path("retryAfterMs").asLong()).isEqualTo(1000);
  }

  @Test
  void replacesTheScopeWhenAskedTo() {
    JsonNode old = api.post("/v1/runs", "{\"shell\": \"sleep 60\", \"scopeKey\": \"s\"}").json();
    Reply reply =
        api.post(
            "/v1/runs",
            "{\"shell\": \"sleep 60\", \"scopeKey\": \" s \", \"replaceExistingScope\": true}");
    assertThat(reply.json().path("state").asString()).isEqualTo("running");
    assertThat(api.get("/v1/runs/" + id(old)).json().path("state").asString()).isEqualTo("exited");
  }

  @Test
  void returnsTheSameRunWhenAPutIsRepeated() {
    String body = "{\"shell\": \"sleep 60\"}";
    Reply first = api.put("/v1/runs/build-1", body);
    Reply again = api.put("/v1/runs/build-1", body);
    Reply other = api.put("/v1/runs/build-1", "{\"shell\": \"sleep 61\"}");
    assertThat(List.of(first.status(), again.status(), other.status()))
        .containsExactly(201, 200, 409);
    assertThat(again.json().path("pid")).isEqualTo(first.json().path("pid"));
    assertThat(other.code()).isEqualTo("conflict");
    api.delete("/v1/runs/build-1");
  }

  @Test
  void startsOneRunWhenManyPutTheSameAtOnce() throws Exception {
    int clients = 16;
    CountDownLatch go = new CountDownLatch(1);
    ConcurrentLinkedQueue<Reply> replies = new ConcurrentLinkedQueue<>();
    List<Thread> threads =
        java.util.stream.IntStream.range(0, clients)
            .mapToObj(i ->
                Thread.ofVirtual()
                    .start(() -> {
                      try {
                        go.await();
                      } catch (InterruptedException e) {
                        return;
                      }
                      replies.add(api.put("/v1/runs/once", "{\"shell\": \"sleep 60\"}"));
                    }))
            .toList();
    go.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(replies).hasSize(clients);
    assertThat(replies).filteredOn(reply -> reply.status() == 201).hasSize(1);
    assertThat(replies).filteredOn(reply -> reply.status() == 200).hasSize(clients - 1);
    assertThat(replies)
        .extracting(reply -> reply.json().path("pid").asLong())
        .containsOnly(api.get("/v1/runs/once").json().path("pid").asLong());
    api.delete("/v1/runs/once");
  }

  @ParameterizedTest
  @CsvSource({"-x", ".x", "a%20b", "a:b"})
  void refusesAnIdWhenItIsNone(String id) {
    Reply reply = api.put("/v1/runs/" + id, "{\"shell\": \"true\"}");
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly("/id");
  }

  @Test
  void keepsSecretsWhenARunIsShown() {
    Reply reply =
        api.post(
            "/v1/runs",
            "{\"shell\": \"cat; sleep 60\", \"env\": {\"TOKEN\": \"hunter2\"},"
                + " \"stdin\": {\"mode\": \"inline\", \"text\": \"opensesame\"}}");
    assertThat(reply.status()).isEqualTo(201);
    assertThat(api.get("/v1/runs/" + id(reply.json())).text())
        .doesNotContain("hunter2")
        .doesNotContain("opensesame");
  }
}
