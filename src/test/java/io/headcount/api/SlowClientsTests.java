package io.headcount.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;

/** Clients that keep the service waiting keep nobody else waiting. */
@Timeout(120)
@DirtiesContext
@TestPropertySource(
    properties = {
      "headcount.connections.max=16",
      "headcount.connections.max-streams=10",
      "headcount.callers.max-streams=10",
      "headcount.callers.max-requests=16",
      "headcount.connections.head-timeout=1s",
      "headcount.connections.body-timeout=1s"
    })
class SlowClientsTests extends Secured {
  private static final String HEAD =
      "POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + ANN + "\r\n";
  private static final String HALF_A_BODY =
      HEAD + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"shell\"";

  @ParameterizedTest
  @ValueSource(strings = {"GET /v1/ru", "GET /v1/runs HTTP/1.1\r\nHost: loc", "body"})
  void endsARequestThatGoesOnAndOnAndNeverEnds(String kind) throws Exception {
    String begin = kind.equals("body") ? HALF_A_BODY : kind;
    assertThat(isCutOffWhileItDrips(port(), begin)).isTrue();
    if (kind.startsWith("GET")) {
      assertThat(isCutOffWhileItDrips(managementPort(), begin)).as("management").isTrue();
      assertThat(cut("slow-head")).isPositive();
    }
  }

  /** Never silent for as long as any timeout of a single read. */
  private static boolean isCutOffWhileItDrips(int port, String begin) throws IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(100);
      socket.getOutputStream().write(begin.getBytes(US_ASCII));
      while (System.nanoTime() < deadline) {
        try {
          socket.getOutputStream().write('x');
          if (socket.getInputStream().read() < 0) {
            return true;
          }
        } catch (SocketTimeoutException e) {
          // It may go on.
        } catch (IOException e) {
          return true; // reset
        }
      }
      return false;
    }
  }

  @Test
  void makesRoomForWhoComesByThoseWhoKeepItWaitingAndByNobodyElse() throws Exception {
    String id = sleeping(ann);
    List<Socket> slow = new ArrayList<>();
    try (InputStream stream = ann.open("/v1/runs/" + id + "/events").body();
        AttachClient attached =
            AttachClient.open(
                port(),
                "/v1/runs/" + id + "/attach?mode=ro",
                true,
                "Authorization",
                "Bearer " + ANN)) {
      attached.awaitFrame("state");
      for (String begin : List.of("", "GET /v1/ru", "GET / HTTP/1.1\r\nHo", HALF_A_BODY)) {
        for (int i = 0; i < 24; i++) {
          slow.add(say(port(), begin));
        }
        assertThat(ask()).as("among connections that said '%s'", begin).startsWith("HTTP/1.1 200");
      }
      for (int i = 0; i < 40; i++) {
        slow.add(say(managementPort(), ""));
      }
      assertThat(Client.of(managementPort()).get("/actuator/health/liveness").status())
          .isEqualTo(200);

      assertThat(cut("displaced")).isPositive();
      assertThat(management.meter("headcount_connections")).isLessThanOrEqualTo(2 * 18);
      assertThat(ops.post("/v1/runs/" + id + "/cancel", "{}").status()).isIn(200, 202);
      try (Sse events = new Sse(stream)) {
        assertThat(events.rest()).as("the stream").anyMatch(e -> e.name().equals("end"));
      }
      assertThat(attached.awaitFrame("exit")).as("the WebSocket").isNotNull();
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> streams.clients(StreamKind.ATTACH) + streams.clients(StreamKind.STDIN) == 0);
  }

  private static Socket say(int port, String begin) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    try {
      socket.getOutputStream().write(begin.getBytes(US_ASCII));
    } catch (IOException e) {
      // It had to make room already.
    }
    return socket;
  }

  /** A client that is not slow, on a connection of its own. */
  private String ask() throws IOException {
    try (Socket socket =
        say(
            port(),
            "GET /v1/info HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Authorization: Bearer "
                + ANN
                + "\r\n\r\n")) {
      socket.setSoTimeout(20_000);
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  private double cut(String cause) {
    return management.meter("headcount_connections_cut_total{cause=\"" + cause + "\"}");
  }
}
