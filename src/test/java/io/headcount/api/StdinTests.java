package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class StdinTests extends Service {

  private String piped(String shell) {
    return id(
        api.post(
                "/v1/runs",
                "{\"shell\": %s, \"stdin\": {\"mode\": \"pipe\"}}".formatted(Client.quoted(shell)))
            .json());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json",
        "text/plain"
      })
  void writesTheBytesWhateverTheyAreCalled(String type) {
    String id = piped("cat");
    Reply reply =
        api.bytes("/v1/runs/" + id + "/stdin?eof=true", bytes("a=b&c"), "Content-Type", type);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.text()).isEqualTo("{\"accepted\":5,\"offset\":5,\"open\":false}");
    awaitState(id, "exited");
    assertThat(api.get("/v1/runs/" + id + "/output").text()).isEqualTo("a=b&c");
  }

  @Test
  void writesOnceWhenAWriteIsRepeatedWithItsOffset() {
    String id = piped("cat");
    String path = "/v1/runs/" + id + "/stdin";
    assertThat(api.bytes(path, bytes("hello"), "Stdin-Offset", "0").json().path("accepted").asInt())
        .isEqualTo(5);
    assertThat(api.bytes(path, bytes("hello world"), "Stdin-Offset", "0").text())
        .isEqualTo("{\"accepted\":6,\"offset\":11,\"open\":true}");
    Reply hole = api.bytes(path, bytes("x"), "Stdin-Offset", "12");
    assertThat(hole.status()).isEqualTo(409);
    assertThat(hole.code()).isEqualTo("stdin-offset");
    assertThat(hole.json().path("offset").asInt()).isEqualTo(11);
    api.bytes(path + "?eof=true", new byte[0]);
    assertThat(api.get("/v1/runs/" + id, "Prefer", "wait=20").json().path("stdin").toString())
        .isEqualTo("{\"open\":false,\"offset\":11}");
    assertThat(api.get("/v1/runs/" + id + "/output").text()).isEqualTo("hello world");
  }

  @Test
  void refusesBytesWhenStdinIsClosed() {
    String id = id(api.start("sleep 60"));
    Reply reply = api.bytes("/v1/runs/" + id + "/stdin", bytes("x"));
    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.code()).isEqualTo("stdin-closed");
  }

  @Test
  void answersWhatWasTakenWhenTheCommandDoesNotRead() {
    String id = piped("sleep 60");
    Reply reply = api.bytes("/v1/runs/" + id + "/stdin", new byte[1 << 20]);
    assertThat(reply.status()).isEqualTo(429);
    assertThat(reply.code()).isEqualTo("stdin-full");
    assertThat(reply.header("Retry-After")).isEqualTo("1");
    JsonNode problem = reply.json();
    assertThat(problem.path("accepted").asLong()).isPositive().isLessThan(1 << 20);
    assertThat(problem.path("offset")).isEqualTo(problem.path("accepted"));
  }

  @Test
  void takesMoreThanAJsonBodyMayBeWhenTheCommandReads() {
    String id = piped("wc -c");
    byte[] large = new byte[1 << 20];
    Arrays.fill(large, (byte) 'x');
    Reply reply =
        api.send(
            "POST",
            "/v1/runs/" + id + "/stdin?eof=true",
            java.net.http.HttpRequest.BodyPublishers.ofInputStream(
                () -> (InputStream) new java.io.ByteArrayInputStream(large)));
    assertThat(reply.json().path("accepted").asInt()).isEqualTo(1 << 20);
    awaitState(id, "exited");
    assertThat(api.get("/v1/runs/" + id + "/output").text().strip()).isEqualTo("1048576");
  }

  @ParameterizedTest
  @CsvSource({"-1,false,/Stdin-Offset", "x,false,/Stdin-Offset", "0,maybe,/eof"})
  void refusesAWriteWhenItsParametersAreNotAsExpected(String offset, String eof, String pointer) {
    Reply reply =
        api.bytes(
            "/v1/runs/" + piped("cat") + "/stdin?eof=" + eof, bytes("x"), "Stdin-Offset", offset);
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly(pointer);
  }
}
