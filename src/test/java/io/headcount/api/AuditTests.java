package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/** The audit log of a service that allows some things only. */
@ExtendWith(OutputCaptureExtension.class)
@TestPropertySource(properties = "spring.config.additional-location=classpath:commands.yaml")
class AuditTests extends Secured {

  @Test
  void tellsEveryActInALineOfJson(CapturedOutput log) {
    String id =
        Service.id(
            ann.post(
                    "/v1/runs",
                    "{\"command\": \"show\", \"parameters\": {\"word\": \"opensesame\"}}")
                .json());
    ann.put("/v1/runs/mine", "{\"argv\": [\"/bin/cat\", \"opensesame\"]}");
    ops.post("/v1/runs/" + id + "/cancel?x=opensesame", "{}");
    ops.delete("/v1/runs/" + id);
    ops.get("/v1/runs/" + id);
    sees.get("/v1/info");
    sees.delete("/v1/runs/" + id);
    nobody.get("/v1/info", "Authorization", "Bearer opensesame");

    // An answer may be there before its line.
    await().until(() -> AuditLines.of(log).size() >= 6);
    List<JsonNode> lines = AuditLines.of(log);
    assertThat(lines).hasSize(6);
    assertThat(log.getAll()).doesNotContain("opensesame");
    JsonNode start = lines.get(0);
    assertThat(start.propertyNames())
        .containsExactly(
            "at", "caller", "role", "from", "method", "path", "run", "command", "allowed",
            "status");
    assertThat(start.path("caller").asString()).isEqualTo("ann");
    assertThat(start.path("role").asString()).isEqualTo("runner");
    assertThat(start.path("from").asString()).isEqualTo("127.0.0.1");
    assertThat(start.path("run").asString()).isEqualTo(id);
    assertThat(start.path("command").asString()).isEqualTo("show");
    assertThat(start.path("allowed").asBoolean()).isTrue();
    assertThat(start.path("status").asInt()).isEqualTo(201);
    JsonNode refused = lines.get(1);
    assertThat(refused.path("run").asString()).isEqualTo("mine");
    assertThat(refused.path("command").asString()).isEqualTo("cat");
    assertThat(refused.path("allowed").asBoolean(true)).isFalse();
    assertThat(refused.path("status").asInt()).isEqualTo(403);
    JsonNode cancel = lines.get(2);
    assertThat(cancel.path("path").asString()).isEqualTo("/v1/runs/" + id + "/cancel");
    assertThat(cancel.path("caller").asString()).isEqualTo("ops");
    assertThat(cancel.path("role").asString()).isEqualTo("admin");
    assertThat(lines.get(3).path("method").asString()).isEqualTo("DELETE");
    assertThat(lines.get(3).path("status").asInt()).isEqualTo(204);
    JsonNode forbidden = lines.get(4);
    assertThat(forbidden.path("caller").asString()).isEqualTo("sees");
    assertThat(forbidden.path("role").asString()).isEqualTo("viewer");
    assertThat(forbidden.path("allowed").asBoolean(true)).isFalse();
    assertThat(forbidden.path("status").asInt()).isEqualTo(403);
    JsonNode unknown = lines.get(5);
    assertThat(unknown.path("caller").isNull()).isTrue();
    assertThat(unknown.path("role").isNull()).isTrue();
    assertThat(unknown.path("status").asInt()).isEqualTo(401);
  }

  @Test
  void tellsAnothersRunFromNone(CapturedOutput log) {
    String show = "{\"command\": \"show\", \"parameters\": {\"word\": \"x\"}}";
    String anns = Service.id(ann.post("/v1/runs", show).json());
    Client.Reply hidden = bob.delete("/v1/runs/" + anns);
    Client.Reply none = bob.delete("/v1/runs/none");
    bob.get("/v1/runs/" + anns + "/output");
    bob.get("/v1/runs/none/output");

    assertThat(hidden.status()).isEqualTo(404);
    assertThat(hidden.text().replace(anns, "none")).isEqualTo(none.text());
    await().until(() -> AuditLines.of(log).size() >= 4);
    assertThat(
            AuditLines.of(log).stream()
                .map(line ->
                    String.join(
                        " ",
                        line.path("method").asString(),
                        line.path("run").asString().replace(anns, "ann's"),
                        line.path("status").asString(),
                        line.path("allowed").asString())))
        .containsExactly(
            "POST ann's 201 true",
            "DELETE ann's 404 false",
            "DELETE none 404 true",
            "GET ann's 404 false");
  }

  @Test
  void tellsThatAnIdThatIsTakenIsAnothers(CapturedOutput log) {
    String show = "{\"command\": \"show\", \"parameters\": {\"word\": \"%s\"}}";
    assertThat(ann.put("/v1/runs/taken", show.formatted("x")).status()).isEqualTo(201);
    assertThat(bob.put("/v1/runs/taken", show.formatted("x")).status()).isEqualTo(409);
    assertThat(ann.put("/v1/runs/taken", show.formatted("y")).status()).isEqualTo(409);

    await().until(() -> AuditLines.of(log, "taken").size() >= 3);
    assertThat(AuditLines.of(log, "taken"))
        .extracting(line -> line.path("allowed").asString() + " " + line.path("status").asInt())
        .containsExactly("true 201", "false 409", "true 409");
  }

  @Test
  void tellsNoMoreOfANameThanAProgramHas(CapturedOutput log) {
    ann.post("/v1/runs", "{\"command\": \"%s\"}".formatted("a".repeat(300_000)));

    await().until(() -> !AuditLines.of(log).isEmpty());
    assertThat(AuditLines.of(log).getFirst().path("command").asString()).matches("a{255}\\.\\.\\.");
  }

  @Test
  void tellsWhichRunsAreEndedAtOnce(CapturedOutput log) {
    String place = "{\"command\": \"place\", \"scopeKey\": \"both\"}";
    String first = Service.id(ann.post("/v1/runs", place).json());
    String second = Service.id(ann.post("/v1/runs", place).json());
    ann.post("/v1/runs/cancel", "{\"scopeKey\": \"both\"}");

    await().until(() -> AuditLines.of(log).size() >= 3);
    assertThat(AuditLines.of(log).getLast().path("runs").valueStream().map(JsonNode::asString))
        .containsExactlyInAnyOrder(first, second);
  }

  @Test
  void tellsOfRequestsThatWereNone(CapturedOutput log) {
    ann.post("/v1/runs", "{\"command\": \"show\"}");
    ann.post("/v1/runs", "no JSON");
    ann.post("/v1/runs", "{}", "Content-Type", "text/plain");

    await().until(() -> AuditLines.of(log).size() >= 3);
    assertThat(AuditLines.of(log)).noneMatch(line -> line.path("allowed").asBoolean(true));
  }
}
