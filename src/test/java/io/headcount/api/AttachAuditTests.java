package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

/** What the audit log tells of attached clients. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class AttachAuditTests extends Secured {
  private static final String EOF = "{\"type\": \"eof\"}";
  private static final String RESIZE = "{\"type\": \"resize\", \"columns\": 90, \"rows\": 30}";
  private static final String SIGNAL = "{\"type\": \"signal\", \"signal\": \"SIGWINCH\"}";

  @Test
  void tellsEveryOrderAndOfTheInputItsBeginningAndItsBytes(CapturedOutput log) throws Exception {
    String id = cat("\"tty\": {}");
    try (AttachClient client = attach(id, "", ANN)) {
      for (String keys : List.of("open", "sesame", "\n")) {
        client.type(keys);
      }
      client.awaitText(1, "opensesame\r\nopensesame");
      client.order(RESIZE);
      client.order(SIGNAL);
      client.order(EOF);
      assertThat(client.closeCode()).isEqualTo(1000);
    }

    assertThat(frames(log, id, 5))
        .startsWith("stdin 200", "resize 204", "signal 200")
        .containsOnlyOnce("eof 200", "stdin 11 bytes 200");
    assertThat(log.getAll()).doesNotContain("sesame");
    JsonNode signal = AuditLines.of(log, id).get(4);
    assertThat(signal.propertyNames())
        .containsExactly(
            "at", "caller", "role", "from", "method", "path", "run", "frame", "allowed", "status");
    assertThat(signal.path("caller").asString()).isEqualTo("ann");
    assertThat(signal.path("role").asString()).isEqualTo("runner");
    assertThat(signal.path("from").asString()).isEqualTo("127.0.0.1");
    assertThat(signal.path("path").asString()).isEqualTo("/v1/runs/" + id + "/attach");
    assertThat(signal.path("allowed").asBoolean()).isTrue();
  }

  @Test
  void tellsWhatAClientThatOnlyReadsWasRefused(CapturedOutput log) {
    String id = cat("\"tty\": {}");
    try (AttachClient client = attach(id, "?mode=ro", SEES)) {
      for (String keys : List.of("a", "b", "c")) {
        client.type(keys);
      }
      for (String order : List.of(RESIZE, SIGNAL, RESIZE, SIGNAL, SIGNAL, EOF)) {
        client.order(order);
      }

      assertThat(frames(log, id, 4))
          .as("one for all that are refused alike")
          .containsExactly("stdin 403", "resize 403", "signal 403", "eof 403");
    }
    List<JsonNode> lines = AuditLines.of(log, id);
    assertThat(lines.subList(2, 6))
        .allSatisfy(line -> {
          assertThat(line.path("caller").asString()).isEqualTo("sees");
          assertThat(line.path("role").asString()).isEqualTo("viewer");
          assertThat(line.path("allowed").asBoolean(true)).isFalse();
        });
  }

  @Test
  void tellsOfFramesThatAreNoneAndOfOrdersThatCannotBeObeyed(CapturedOutput log) throws Exception {
    String id =
        Service.id(
            ann.post("/v1/runs", "{\"argv\": [\"sleep\", \"1000\"]}")
                .json()); // no terminal, no input
    try (AttachClient client = attach(id, "", ANN)) {
      client.order("opensesame");
      client.order("{\"type\": \"opensesame\"}");
      client.order("{\"type\": \"ack\", \"offset\": 1000}");
      client.write(5, "opensesame".getBytes(StandardCharsets.US_ASCII));
      client.order(RESIZE);
      client.order("{\"type\": \"signal\", \"signal\": \"SIGNONE\"}");
      client.type("x");
      client.type("y");
      client.order("x".repeat(20_000));
      assertThat(client.closeCode()).isEqualTo(1009);
    }

    assertThat(frames(log, id, 6))
        .containsExactly(
            "unknown 400", "unknown 422", "resize 409", "signal 422", "stdin 409", "unknown 413");
    assertThat(log.getAll()).doesNotContain("opensesame");
    assertThat(
            AuditLines.of(log, id).stream()
                .filter(line -> line.has("frame") && line.path("allowed").asBoolean(false))
                .map(line -> line.path("status").asInt()))
        .as("allowed, but not as the run is")
        .containsExactly(409, 409);
  }

  @Test
  void tellsWhoWroteHowMuchWhenAnotherTakesTheWriting(CapturedOutput log) throws Exception {
    String id = cat("\"stdin\": {\"mode\": \"pipe\"}");
    try (AttachClient first = attach(id, "", ANN)) {
      first.type("five!");
      first.awaitText(1, "five!");
      try (AttachClient second = attach(id, "?takeover=true", OPS)) {
        assertThat(first.closeCode()).isEqualTo(4001);
        second.type("two");
        second.order(EOF);
        assertThat(second.closeCode()).isEqualTo(1000);
      }
    }

    assertThat(frames(log, id, 5)).contains("stdin 5 bytes 200", "stdin 3 bytes 200");
    assertThat(
            AuditLines.of(log, id).stream()
                .filter(line -> line.has("bytes"))
                .map(line -> line.path("caller").asString()))
        .containsExactlyInAnyOrder("ann", "ops");
  }

  @Test
  void tellsWhoMayNotAttach(CapturedOutput log) {
    String id = cat("\"stdin\": {\"mode\": \"pipe\"}");
    String path = "/v1/runs/" + id + "/attach";
    assertThat(AttachClient.refusal(port(), path, "Authorization", "Bearer " + SEES))
        .isEqualTo(403);
    assertThat(AttachClient.refusal(port(), path, "Authorization", "Bearer " + BOB)).isEqualTo(404);

    AttachClient.patiently().until(() -> AuditLines.of(log, id).size() == 3);
    for (JsonNode refused : AuditLines.of(log, id).subList(1, 3)) {
      assertThat(refused.path("method").asString()).isEqualTo("GET");
      assertThat(refused.path("allowed").asBoolean(true)).isFalse();
    }
  }

  private String cat(String more) {
    return Service.id(ann.post("/v1/runs", "{\"argv\": [\"cat\"], " + more + "}").json());
  }

  private AttachClient attach(String id, String query, String token) {
    return AttachClient.open(
        port(), "/v1/runs/" + id + "/attach" + query, true, "Authorization", "Bearer " + token);
  }

  /** What was told of a run's frames, once there is so much of it. */
  private static List<String> frames(CapturedOutput log, String id, int many) {
    return AttachClient.patiently()
        .until(
            () ->
                AuditLines.of(log, id).stream()
                    .filter(line -> line.has("frame"))
                    .map(AttachAuditTests::told)
                    .toList(),
            told -> told.size() == many);
  }

  private static String told(JsonNode line) {
    String bytes = line.has("bytes") ? line.path("bytes").asLong() + " bytes " : "";
    return line.path("frame").asString() + " " + bytes + line.path("status").asInt();
  }
}
