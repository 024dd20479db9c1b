package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.test.context.TestPropertySource;

/** Standard input from a client that loses answers, and connections in the middle of a request. */
@Timeout(120)
@TestPropertySource(properties = "headcount.defaults.spill-output=128MB")
class StdinExactlyOnceTests extends Service {
  private static final int ALL = 64_000_000;
  private static final int PIECE = 1 << 20;

  private final Random random = new Random(11);

  @Test
  void commandReadsEveryByteOnceWhenLostAnswersAreRepeated() throws Exception {
    byte[] bytes = new byte[ALL];
    random.nextBytes(bytes);
    String id =
        id(api.post("/v1/runs", "{\"argv\": [\"cat\"], \"stdin\": {\"mode\": \"pipe\"}}").json());
    int lost = 0;
    int at = 0;
    while (at < ALL) {
      byte[] piece = Arrays.copyOfRange(bytes, at, Math.min(ALL, at + 1 + random.nextInt(PIECE)));
      if (random.nextInt(4) == 0) {
        writeAndGoAway(id, at, piece);
        lost++;
      } else {
        Reply reply = api.bytes(path(id), piece, "Stdin-Offset", String.valueOf(at));
        assertThat(reply.status()).as(reply.text()).isIn(200, 429);
        at = reply.json().path("offset").asInt();
      }
    }
    api.bytes(path(id) + "?eof=true", new byte[0]);
    assertThat(awaitState(id, "exited").path("stdin").path("offset").asInt()).isEqualTo(ALL);
    assertThat(lost).isGreaterThan(10);
    assertThat(sha256(api.get("/v1/runs/" + id + "/output").body())).isEqualTo(sha256(bytes));
  }

  @Test
  void uploadThatStallsHoldsNobody() throws Exception {
    String id =
        id(api.post("/v1/runs", "{\"argv\": [\"cat\"], \"stdin\": {\"mode\": \"pipe\"}}").json());
    try (Socket stalled = new Socket(InetAddress.getLoopbackAddress(), port())) {
      stalled
          .getOutputStream()
          .write(
              "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nStdin-Offset: 0\r\n\r\nhello"
                  .formatted(path(id))
                  .getBytes(StandardCharsets.US_ASCII));
      awaitOutput(id, 5);
      byte[] all = "helloworld".getBytes(StandardCharsets.US_ASCII);
      Reply reply = api.bytes(path(id) + "?eof=true", all, "Stdin-Offset", "0");
      assertThat(reply.text()).isEqualTo("{\"accepted\":5,\"offset\":10,\"open\":false}");
      awaitState(id, "exited");
      assertThat(api.get("/v1/runs/" + id + "/output").text()).isEqualTo("helloworld");
    }
  }

  @Test
  void childThatClosesItsStdinGoesOn() {
    String id =
        id(
            api.post(
                    "/v1/runs",
                    "{\"shell\": \"exec 0<&-; echo closed; sleep 60\", \"stdin\": {\"mode\": \"pipe\"}}")
                .json());
    awaitOutput(id, 7);
    Reply reply = api.bytes(path(id), "x".getBytes(StandardCharsets.UTF_8));
    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.code()).isEqualTo("stdin-closed");
    assertThat(api.get("/v1/runs/" + id).json().path("state").asString()).isEqualTo("running");
  }

  private static String path(String id) {
    return "/v1/runs/" + id + "/stdin";
  }

  /** Sends all of a request or its beginning, and never reads the answer. */
  private void writeAndGoAway(String id, int offset, byte[] piece) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\nStdin-Offset: %d\r\n\r\n"
              .formatted(path(id), piece.length, offset)
              .getBytes(StandardCharsets.US_ASCII));
      int sent = random.nextBoolean() ? piece.length : random.nextInt(piece.length);
      out.write(piece, 0, sent);
      if (sent == piece.length && random.nextBoolean()) {
        InputStream in = socket.getInputStream();
        assertThat(in.read()).isEqualTo('H'); // it was written, and the client does not know
      }
    }
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
