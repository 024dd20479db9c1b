package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What fails before or outside the controllers is told as everything else is. */
class FrameworkErrorTests extends Service {

  @ParameterizedTest
  @ValueSource(
      strings = {"/nope", "/v1", "/v2/runs", "/v1/runs/x/nope", "/error", "/problems/nope"})
  void answers404WhenThereIsNoSuchPath(String path) {
    Reply reply = api.get(path, "Accept", "text/html");
    assertThat(reply.status()).isEqualTo(404);
    assertProblem(reply, "not-found");
    assertThat(reply.json().path("instance").asString()).isEqualTo(path);
  }

  @Test
  void answers405WhenTheMethodDoesNotFit() {
    Reply reply = api.send("PATCH", "/v1/runs", BodyPublishers.noBody());
    assertThat(reply.status()).isEqualTo(405);
    assertThat(reply.header("Allow")).contains("GET").contains("POST");
    assertProblem(reply, "method-not-allowed");
  }

  @Test
  void answers406WhenThereIsNoSuchRepresentation() {
    Reply reply = api.get("/v1/runs", "Accept", "text/csv");
    assertThat(reply.status()).isEqualTo(406);
    assertProblem(reply, "not-acceptable");
    assertProblem(
        api.get("/v1/runs/" + id(api.run("true")) + "/output", "Accept", "text/html"),
        "not-acceptable");
  }

  /** A client takes it for refused, and would do it again some other way. */
  @Test
  void doesNothingWhenTheAnswerCouldNotBeGiven() {
    String id =
        id(api.post("/v1/runs", "{\"argv\": [\"cat\"], \"stdin\": {\"mode\": \"pipe\"}}").json());
    String run = "/v1/runs/" + id;
    for (String[] act :
        new String[][] {
          {"POST", "/v1/runs", "{\"shell\": \"sleep 60\"}"},
          {"PUT", "/v1/runs/named", "{\"shell\": \"sleep 60\"}"},
          {"POST", run + "/stdin?eof=true", "x"},
          {"POST", run + "/signal", "{\"signal\": \"SIGKILL\"}"},
          {"POST", run + "/cancel", "{}"},
          {"POST", "/v1/runs/cancel", "{\"all\": true}"}
        }) {
      Reply reply =
          api.send(
              act[0],
              act[1],
              BodyPublishers.ofString(act[2]),
              "Content-Type",
              JSON,
              "Accept",
              "text/html");
      assertThat(reply.status()).as(act[1]).isEqualTo(406);
      assertProblem(reply, "not-acceptable");
      assertThat(reply.header("Location")).isNull();
    }
    JsonNode runs = api.get("/v1/runs").json().path("items");
    assertThat(runs).hasSize(1);
    assertThat(runs.get(0).path("state").asString()).isEqualTo("running");
    assertThat(runs.get(0).at("/stdin/offset").asLong()).isZero();
    assertThat(runs.get(0).at("/stdin/open").asBoolean()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /v1/runs/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /v1/runs/a%2Fb HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /v1/runs?limit=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /v1/runs?limit=%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /v1/runs?%f0=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /v1/runs HTTP/1.1\r\n\r\n",
        "GET /v1/runs HTTP/1.1\r\nHost: localhost\r\nBad header: x\r\nContent-Length: z\r\n\r\n"
      })
  void answers400WhenTheRequestIsNoHttp(String request) throws IOException {
    String answer = raw(request);
    assertThat(answer).startsWith("HTTP/1.1 400");
    assertThat(answer).contains("Content-Type: application/problem+json");
    assertThat(answer).contains("\"code\":\"malformed\"");
    assertThat(answer).doesNotContain("Tomcat").doesNotContain("<html").doesNotContain("java.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"*/*", "application/*"})
  void answers415WhenTheMediaTypeIsAPattern(String type) {
    Reply reply = api.send("POST", "/v1/runs", BodyPublishers.ofString("{}"), "Content-Type", type);
    assertThat(reply.status()).isEqualTo(415);
    assertProblem(reply, "unsupported-media-type");
  }

  @Test
  void answers400WhenAChunkIsNone() throws IOException {
    String answer =
        raw(
            """
            POST /v1/runs HTTP/1.1\r
            Host: localhost\r
            Transfer-Encoding: chunked\r
            Content-Type: application/json\r
            Connection: close\r
            \r
            zz\r
            """);
    assertThat(answer).startsWith("HTTP/1.1 400");
    assertThat(answer).contains("\"code\":\"malformed\"");
  }

  @Test
  void answersWhatHttpHasAndTheServiceHasNot() throws IOException {
    for (int port : new int[] {port(), managementPort()}) {
      assertThat(raw(port, "GET / HTTP/9.9\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 505")
          .contains("\"code\":\"http-version\"");
      assertThat(
              raw(
                  port,
                  "POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: x\r\n\r\n"))
          .startsWith("HTTP/1.1 501")
          .contains("Content-Type: application/problem+json\r\n", "\"code\":\"not-implemented\"");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /actuator/%zz",
        "GET /actuator/nothing",
        "GET /actuator/health/nothing",
        "DELETE /actuator/health",
        "GET /nothing",
      })
  void answersProblemsOnTheManagementPortToo(String request) throws IOException {
    assertThat(
            raw(
                managementPort(),
                request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 4")
        .contains("Content-Type: application/problem+json\r\n", "\"type\":\"/problems/");
  }

  @Test
  void takesAnyNumberOfLanguages() {
    String many = "en, ".repeat(500) + "de";
    assertThat(api.get("/v1/info", "Accept-Language", many).status()).isEqualTo(200);
    assertThat(management.get("/actuator/info", "Accept-Language", many).status()).isEqualTo(200);
  }

  @Test
  void answers415WhenTheBodyIsPackedOrAForm() {
    for (String coding : List.of("gzip", "br", "x, identity")) {
      Reply packed = api.post("/v1/runs", "{\"argv\": [\"true\"]}", "Content-Encoding", coding);
      assertProblem(packed, "unsupported-media-type");
    }
    assertThat(
            api.post("/v1/runs", "{\"argv\": [\"true\"]}", "Content-Encoding", "identity").status())
        .isEqualTo(201);
    assertProblem(
        api.send(
            "PUT",
            "/v1/runs/form",
            BodyPublishers.ofString("a=%zz"),
            "Content-Type",
            "application/x-www-form-urlencoded"),
        "unsupported-media-type");
  }

  @Test
  void looksAtNoForwardedHeader() {
    for (String host : List.of("${jndi:ldap://x}", ",", "[::1", "a:b", "evil.test")) {
      for (String path : List.of("/swagger-ui/index.html", "/v3/api-docs", "/v1/info")) {
        assertThat(api.get(path, "X-Forwarded-Host", host).status()).as(host).isEqualTo(200);
      }
      assertThat(api.get("/swagger-ui", "X-Forwarded-Host", host).header("Location"))
          .as(host)
          .isEqualTo("/swagger-ui/index.html");
    }
  }

  @Test
  void explainsEveryCodeWhenItsTypeIsFollowed() {
    List<String> missing = new ArrayList<>();
    for (ProblemCode code : ProblemCode.values()) {
      Reply page = api.get("/problems/" + code.label());
      if (page.status() != 200 || !page.text().contains(code.title())) {
        missing.add(code.label());
      }
    }
    assertThat(missing).isEmpty();
    Reply all = api.get("/problems", "Accept", "text/html");
    assertThat(all.header("Content-Type")).startsWith("text/html");
    assertThat(all.text()).contains("/problems/start-failed");
  }

  @ParameterizedTest
  @EnumSource
  void isRetryableOnlyWhenTheStatusSaysSo(ProblemCode code) {
    Problem problem = Problem.of(code, "x", "/");
    assertThat(problem.retryable()).isEqualTo(List.of(429, 503).contains(problem.status()));
    assertThat(problem.retryAfterMs() != null).isEqualTo(problem.retryable());
    assertThat(
            problem
                .toResponse(new org.springframework.http.HttpHeaders())
                .getHeaders()
                .containsHeader("Retry-After"))
        .isEqualTo(problem.retryable());
  }

  @Test
  void pointsToTheDocumentationWhenSomebodyComesToTheRoot() {
    Reply reply = api.get("/");
    assertThat(reply.status()).isEqualTo(200);
    for (String target : reply.json().valueStream().map(v -> v.asString()).toList()) {
      if (target.startsWith("/")) {
        assertThat(api.get(target).status()).as(target).isEqualTo(200);
      }
    }
  }

  private static void assertProblem(Reply reply, String code) {
    assertThat(reply.header("Content-Type")).isEqualTo(PROBLEM);
    assertThat(reply.code()).isEqualTo(code);
    assertThat(reply.json().propertyNames())
        .contains(
            "type",
            "title",
            "status",
            "detail",
            "instance",
            "code",
            "retryable",
            "retryAfterMs",
            "errors");
    assertThat(reply.json().path("type").asString()).isEqualTo("/problems/" + code);
    assertThat(reply.json().path("status").asInt()).isEqualTo(reply.status());
  }

  private String raw(String request) throws IOException {
    return raw(port(), request);
  }

  private static String raw(int port, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
