package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a page of another site can make a browser send, to a service that asks nobody who calls. */
class BrowserTests extends Service {
  private static final List<String> EVIL =
      List.of(
          "https://evil.example",
          "http://localhost.evil.example",
          "http://evil.example:8080",
          "http://localhost:1",
          "http://127.0.0.1",
          "null",
          "file://",
          "",
          "http://127.0.0.1:8080 http://evil.example");

  /** DNS rebinding: the page's own name, made to point here. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "0.0.0.0",
        "0",
        "runs.example.com",
        "[::ffff:8.8.8.8]"
      })
  void refusesToBeCalledByAnotherName(String host) throws IOException {
    for (int port : new int[] {port(), managementPort()}) {
      for (String target :
          List.of("GET /v1/info", "GET /", "POST /v1/runs", "GET /actuator/health")) {
        String answer = raw(port, target + " HTTP/1.1", "Host: " + host);
        assertThat(answer).as(target).startsWith("HTTP/1.1 403").contains("\"code\":\"forbidden\"");
      }
    }
  }

  @Test
  void answersToTheLoopbackNames() throws IOException {
    for (String host : List.of("localhost", "127.0.0.1:" + port(), "[::1]", "LOCALHOST:80")) {
      assertThat(raw(port(), "GET /v1/info HTTP/1.1", "Host: " + host)).startsWith("HTTP/1.1 200");
    }
    assertThat(raw(port(), "GET http://evil.example/v1/info HTTP/1.1", "Host: localhost"))
        .startsWith("HTTP/1.1 4");
    assertThat(raw(port(), "GET /v1/info HTTP/1.1", "Host: localhost", "Host: evil.example"))
        .startsWith("HTTP/1.1 4");
    assertThat(
            raw(
                port(),
                "GET /v1/info HTTP/1.1",
                "Host: evil.example",
                "X-Forwarded-Host: localhost"))
        .startsWith("HTTP/1.1 403");
  }

  @Test
  void refusesPagesOfOtherSitesWhateverTheyAskFor() throws IOException {
    for (String origin : EVIL) {
      for (String target :
          List.of("GET /v1/runs", "OPTIONS /v1/runs", "POST /v1/runs", "GET /v1/events", "GET /")) {
        String answer = raw(port(), target + " HTTP/1.1", "Host: localhost", "Origin: " + origin);
        assertThat(answer).as(target + " " + origin).startsWith("HTTP/1.1 403");
        assertThat(answer).doesNotContainIgnoringCase("Access-Control-Allow");
      }
    }
    assertThat(supervisor.count(io.headcount.supervisor.RunState.RUNNING)).isZero();
  }

  @Test
  void refusesToBeAPartOfAnotherSitesPage() throws IOException {
    for (String site : List.of("cross-site", "same-site")) {
      for (String part : List.of("no-cors, image", "no-cors, script", "navigate, iframe")) {
        String[] fetch = part.split(", ", -1);
        assertThat(fetched(site, fetch[0], fetch[1])).as(part).startsWith("HTTP/1.1 403");
      }
      assertThat(fetched(site, "navigate", "document")).startsWith("HTTP/1.1 200"); // a link
    }
    assertThat(fetched("same-origin", "no-cors", "image")).startsWith("HTTP/1.1 200");
    assertThat(fetched("none", "navigate", "document")).startsWith("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"CROSS-SITE", "cross-site, none", "elsewhere", "none\r\nSec-Fetch-Site: none"})
  void refusesToBeAPartOfASiteThatItDoesNotKnow(String site) throws IOException {
    assertThat(fetched(site, "no-cors", "image")).startsWith("HTTP/1.1 403");
  }

  @Test
  void refusesTwoOriginsThoughOneIsItsOwn() throws IOException {
    String own = "Origin: http://localhost";
    String other = "Origin: https://evil.example";
    assertThat(raw(port(), "GET /v1/info HTTP/1.1", "Host: localhost", own))
        .startsWith("HTTP/1.1 200");
    for (List<String> two : List.of(List.of(own, other), List.of(other, own), List.of(own, own))) {
      for (int port : new int[] {port(), managementPort()}) {
        for (String target : List.of("GET /v1/info", "POST /v1/runs", "GET /actuator/health")) {
          assertThat(
                  raw(port, target + " HTTP/1.1", "Host: localhost", two.getFirst(), two.getLast()))
              .as(target + two)
              .startsWith("HTTP/1.1 403")
              .contains("\"code\":\"forbidden\"");
        }
      }
    }
  }

  @Test
  void refusesTwoNamesThoughOneIsItsOwn() throws IOException {
    for (String second : List.of("localhost", "evil.example", "")) {
      for (int port : new int[] {port(), managementPort()}) {
        assertThat(raw(port, "GET /v1/info HTTP/1.1", "Host: localhost", "Host: " + second))
            .startsWith("HTTP/1.1 400");
        assertThat(raw(port, "GET /v1/info HTTP/1.1", "Host: " + second, "Host: localhost"))
            .startsWith("HTTP/1.1 400");
      }
    }
  }

  /** No page can make a browser send these; they are answered by the server, without a look. */
  @Test
  void tellsNothingOfItselfWhenAskedByMethodsThatNoBrowserSends() throws IOException {
    for (int port : new int[] {port(), managementPort()}) {
      String[] evil = {"Host: evil.example", "Origin: https://evil.example", "X-Word: opensesame"};
      String options = raw(port, "OPTIONS * HTTP/1.1", evil[0], evil[1], evil[2]);
      assertThat(options).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
      assertThat(options).doesNotContainIgnoringCase("Access-Control").doesNotContain("opensesame");
      String trace = raw(port, "TRACE /v1/info HTTP/1.1", evil[0], evil[1], evil[2]);
      assertThat(trace).startsWith("HTTP/1.1 405").contains("\"code\":\"method-not-allowed\"");
      assertThat(trace).doesNotContain("opensesame", "evil.example");
    }
  }

  private String fetched(String site, String mode, String destination) throws IOException {
    return raw(
        port(),
        "GET /v1/info HTTP/1.1",
        "Host: localhost",
        "Sec-Fetch-Site: " + site,
        "Sec-Fetch-Mode: " + mode,
        "Sec-Fetch-Dest: " + destination);
  }

  @Test
  void letsItsOwnPagesIn() {
    Client.Reply own = api.get("/v1/info", "Origin", "http://127.0.0.1:" + port());
    assertThat(own.status()).isEqualTo(200);
    assertThat(own.header("Access-Control-Allow-Origin")).isNull();
    assertThat(own.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(own.header("Set-Cookie")).isNull();
  }

  @Test
  void givesRunsNoOwnerWhenItAsksNobody() {
    assertThat(api.start("true").path("owner").isNull()).isTrue();
    assertThat(api.get("/v1/info", "Authorization", "Bearer whatever").status()).isEqualTo(200);
  }

  private static String raw(int port, String... lines) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      String request = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
