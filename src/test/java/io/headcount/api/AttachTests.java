package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What an attached client and its run say to each other. */
class AttachTests extends Attaching {

  @Test
  void echoesThroughCatAndClosesWhenItExits() throws Exception {
    String id = piped("cat");
    try (AttachClient client = attach(id, "")) {
      JsonNode state = client.awaitFrame("state");
      assertThat(state.path("mode").asString()).isEqualTo("rw");
      assertThat(state.path("offset").asLong()).isZero();
      assertThat(state.path("run").path("id").asString()).isEqualTo(id);
      client.type("hello ");
      client.awaitText(1, "hello ");
      client.type("world");
      client.order("{\"type\": \"eof\"}");
      assertThat(client.closeCode()).isEqualTo(1000);
      assertThat(client.text(1)).isEqualTo("hello world");
      assertThat(client.types()).startsWith("state").endsWith("exit");
      assertThat(client.awaitFrame("exit").path("run").path("exitCode").asInt(-1)).isZero();
    }
  }

  @Test
  void separatesTheStreamsAndReplaysAnExitedRun() throws Exception {
    String id = id(api.run("echo out; echo err >&2; exit 3"));
    try (AttachClient client = attach(id, "?offset=0&mode=ro")) {
      assertThat(client.closeCode()).isEqualTo(1000);
      assertThat(client.text(1)).isEqualTo("out\n");
      assertThat(client.text(2)).isEqualTo("err\n");
      assertThat(client.awaitFrame("exit").path("run").path("exitCode").asInt()).isEqualTo(3);
    }
  }

  @Test
  void losesNothingWhenTheClientReconnectsAtAnyByte() throws Exception {
    String id =
        started(
            "for i in 1 2 3 4 5 6 7 8; do head -c 100000 /dev/urandom; sleep 0.05; done",
            "\"stdin\": {\"mode\": \"closed\"}");
    Random random = new Random(7);
    MessageDigest seen = MessageDigest.getInstance("SHA-256");
    long offset = 0;
    for (int i = 0; i < 12; i++) {
      try (AttachClient client = attach(id, "?mode=ro&offset=" + offset)) {
        long enough = Math.min(1 + random.nextInt(70_000), 800_000 - offset);
        AttachClient.patiently().until(() -> client.bytes().length >= enough);
        byte[] got = client.bytes();
        seen.update(got);
        offset += got.length;
      }
    }
    try (AttachClient client = attach(id, "?mode=ro&offset=" + offset)) {
      assertThat(client.closeCode()).isEqualTo(1000);
      seen.update(client.bytes());
      assertThat(client.types()).doesNotContain("gap");
    }
    byte[] written = api.get("/v1/runs/" + id + "/output").body();
    assertThat(written).hasSize(800_000);
    assertThat(HexFormat.of().formatHex(seen.digest()))
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(written)));
  }

  @Test
  void letsOneWriteAndManyRead() throws Exception {
    String id = piped("cat");
    try (AttachClient writer = attach(id, "");
        AttachClient reader = attach(id, "?mode=ro")) {
      writer.awaitFrame("state");
      assertThat(AttachClient.refusal(port(), "/v1/runs/" + id + "/attach")).isEqualTo(409);
      reader.type("no");
      assertThat(reader.awaitFrame("error").path("code").asString()).isEqualTo("forbidden");
      writer.type("yes");
      reader.awaitText(1, "yes");
      try (AttachClient next = attach(id, "?takeover=true")) {
        assertThat(writer.closeCode()).isEqualTo(4001);
        next.type(" indeed");
        reader.awaitText(1, "yes indeed");
        next.order("{\"type\": \"eof\"}");
        assertThat(next.closeCode()).isEqualTo(1000);
        assertThat(reader.closeCode()).isEqualTo(1000);
      }
    }
  }

  @Test
  void freesTheWriterWhenItsConnectionIsLost() {
    String id = piped("cat");
    attach(id, "").close();
    AttachClient.patiently()
        .ignoreExceptions()
        .untilAsserted(() -> {
          try (AttachClient next = attach(id, "")) {
            next.awaitFrame("state");
          }
        });
  }

  @Test
  void signalsWhenAsked() throws Exception {
    String id =
        started(
            "trap 'echo got; exit 4' USR1; echo r; while :; do sleep 0.05; done",
            "\"stdin\": null");
    try (AttachClient client = attach(id, "?offset=0")) {
      client.awaitText(1, "r");
      client.order("{\"type\": \"signal\", \"signal\": \"SIGUSR1\", \"target\": \"leader\"}");
      assertThat(client.closeCode()).isEqualTo(1000);
      assertThat(client.text(1)).isEqualTo("r\ngot\n");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "[]",
        "{\"type\": \"ack\"}",
        "{\"type\": \"ack\", \"offset\": 5}",
        "{\"type\": \"what\"}",
        "{\"type\": \"resize\", \"columns\": 80, \"rows\": 24}",
        "{\"type\": \"signal\", \"signal\": \"SIGNONE\"}"
      })
  void answersAnErrorAndGoesOnWhenAnOrderIsNotAsExpected(String order) {
    String id = piped("cat");
    try (AttachClient client = attach(id, "")) {
      client.order(order);
      assertThat(client.awaitFrame("error").path("code").asString())
          .isIn("malformed", "validation", "not-a-terminal");
      client.type("on");
      client.awaitText(1, "on");
    }
  }

  @Test
  void refusesPagesOfOtherSites() {
    String id = piped("cat");
    String path = "/v1/runs/" + id + "/attach";
    assertThat(AttachClient.refusal(port(), path, "Origin", "https://evil.example")).isEqualTo(403);
    assertThat(AttachClient.refusal(port(), path, "Origin", "null")).isEqualTo(403);
    try (AttachClient client =
        AttachClient.open(port(), path, true, "Origin", "http://127.0.0.1:" + port())) {
      client.awaitFrame("state");
    }
  }

  @Test
  void answersAProblemDocumentWhenTheHandshakeIsRefused() throws IOException {
    String id = piped("cat");
    assertThat(handshake("/v1/runs/none/attach", "headcount.v1"))
        .startsWith("HTTP/1.1 404")
        .contains(PROBLEM, "\"code\":\"not-found\"");
    assertThat(handshake("/v1/runs/" + id + "/attach?mode=w&offset=1", "headcount.v1"))
        .startsWith("HTTP/1.1 422")
        .contains("\"/mode\"", "\"/offset\"");
    assertThat(handshake("/v1/runs/" + id + "/attach", "chat"))
        .startsWith("HTTP/1.1 422")
        .contains("\"/Sec-WebSocket-Protocol\"");
    assertThat(api.get("/v1/runs/" + id + "/attach").code()).isEqualTo("malformed");
  }

  @ParameterizedTest
  @CsvSource({
    "Sec-WebSocket-Version, '', 426, upgrade-required",
    "Sec-WebSocket-Version, 8, 426, upgrade-required",
    "Sec-WebSocket-Key, '', 400, malformed",
    "Sec-WebSocket-Key, short, 400, malformed",
    "Sec-WebSocket-Extensions, ';;;', 400, malformed",
    "Connection, close, 400, malformed",
    "Upgrade, h2c, 400, malformed"
  })
  void answersAProblemDocumentWhenTheHandshakeIsNone(
      String header, String value, int status, String code) throws IOException {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "Host: localhost",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Protocol: headcount.v1"));
    lines.removeIf(line -> line.startsWith(header + ":"));
    if (!value.isEmpty()) {
      lines.add(header + ": " + value);
    }
    String request =
        "GET /v1/runs/%s/attach HTTP/1.1\r\n%s\r\n\r\n"
            .formatted(piped("cat"), String.join("\r\n", lines));
    RawHttp.Answer answer = RawHttp.send(port(), RawHttp.bytes(request));
    assertThat(answer.status()).as(answer.head()).isEqualTo(status);
    assertThat(answer.headers("Content-Type")).containsExactly(PROBLEM);
    assertThat(answer.body()).contains("\"code\":\"" + code + "\"");
    assertThat(answer.headers("Sec-WebSocket-Version").contains("13")).isEqualTo(status == 426);
  }

  private String handshake(String path, String protocol) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      String request =
          String.join(
              "\r\n",
              "GET " + path + " HTTP/1.1",
              "Host: localhost",
              "Connection: Upgrade, close",
              "Upgrade: websocket",
              "Sec-WebSocket-Version: 13",
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
              "Sec-WebSocket-Protocol: " + protocol,
              "",
              "");
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
