package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A run is part of the trace of its request, and the log says which. */
@Timeout(180)
class TracesJarTests {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00f067aa0ba902b7";
  private static final String ECHO = "{\"shell\":\"echo \\\"[$TRACEPARENT][$TRACESTATE]\\\"\"}";
  private static final String[] WITHIN_A_TRACE = {
    "Prefer",
    "wait=20",
    "traceparent",
    "00-" + TRACE + "-" + PARENT + "-01",
    "tracestate",
    "vendor=7"
  };
  private static final Pattern HANDED =
      Pattern.compile("\\[(00-(\\w{32})-(\\w{16})-\\d\\d)?]\\[(.*?)]");

  private static Matcher handed(HttpResponse<String> answer) {
    Matcher found = HANDED.matcher(answer.body());
    assertThat(found.find()).as(answer.body()).isTrue();
    return found;
  }

  @Test
  void commandGetsTheContextOfItsRequestAndNoneWithoutOne(@TempDir Path folder) throws Exception {
    try (ServiceProcess service = ServiceProcess.start(folder, Map.of())) {
      Matcher within = handed(service.post("/v1/runs", ECHO, WITHIN_A_TRACE));
      Matcher without = handed(service.post("/v1/runs", ECHO, "Prefer", "wait=20"));
      Matcher own =
          handed(
              service.post(
                  "/v1/runs",
                  ECHO.replace("}", ",\"env\":{\"TRACEPARENT\":\"\"}}"),
                  WITHIN_A_TRACE));
      Matcher unsampled =
          handed(
              service.post(
                  "/v1/runs",
                  ECHO,
                  "Prefer",
                  "wait=20",
                  "traceparent",
                  "00-" + TRACE + "-" + PARENT + "-00"));

      assertThat(unsampled.group(2)).isEqualTo(TRACE);
      assertThat(unsampled.group(1)).endsWith("-00");
      assertThat(own.group(4)).as("nor is a half of it handed on").isEmpty();
      assertThat(within.group(2)).isEqualTo(TRACE);
      assertThat(within.group(3)).isNotEqualTo(PARENT);
      assertThat(within.group(4)).isEqualTo("vendor=7");
      assertThat(without.group(1)).isNull();
      assertThat(own.group(1)).as("what the request sets stays").isNull();
    }
  }

  @Test
  void spanOfARunIsExportedOnceAnEndpointIsGivenAndTheLogIsJson(@TempDir Path folder)
      throws Exception {
    String trace;
    String id;
    List<byte[]> received = new CopyOnWriteArrayList<>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          received.add(exchange.getRequestBody().readAllBytes());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    try (ServiceProcess service =
        ServiceProcess.start(
            folder,
            Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://127.0.0.1:" + collector.getAddress().getPort(),
                "OTEL_BSP_SCHEDULE_DELAY",
                "100",
                "SPRING_PROFILES_ACTIVE",
                "json"))) {
      HttpResponse<String> answer = service.post("/v1/runs", ECHO, "Prefer", "wait=20");
      Matcher handed = handed(answer);
      trace = handed.group(2);
      assertThat(trace).as("a trace of its own").isNotNull();
      id = answer.headers().firstValue("Location").orElseThrow().replaceAll(".*/", "");

      Awaitility.await("the span of " + id)
          .until(() ->
              received.stream()
                  .map(body -> new String(body, StandardCharsets.ISO_8859_1))
                  .anyMatch(body ->
                      body.contains(id)
                          && body.contains("headcount.run.reason")
                          && body.contains("process.exit.code")));
    } finally {
      collector.stop(0);
    }
    List<JsonNode> log =
        Files.readAllLines(folder.resolve("console.log")).stream()
            .filter(line -> line.startsWith("{"))
            .map(JsonMapper.shared()::readTree)
            .toList();
    JsonNode ready = message(log, "event=ready");
    assertThat(ready.path("service").path("name").asString()).isEqualTo("headcount");
    assertThat(ready.path("log").path("level").asString()).isEqualTo("INFO");
    JsonNode audited = message(log, "\"run\":\"" + id + "\"");
    assertThat(audited.path("log").path("logger").asString()).isEqualTo("io.headcount.audit");
    assertThat(audited.path("traceId").asString()).isEqualTo(trace);
  }

  private static JsonNode message(List<JsonNode> log, String part) {
    return log.stream()
        .filter(line -> line.path("message").asString().contains(part))
        .findFirst()
        .orElseThrow();
  }
}
