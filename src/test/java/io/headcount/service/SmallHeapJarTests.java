package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients send is held within a share of the heap, and others are answered meanwhile. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SmallHeapJarTests {
  private static final int MIB = 1 << 20;
  private static final int HEAP = 96 * MIB;
  private static final int CROWD = 40;

  private ServiceProcess service;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    service = ServiceProcess.start(folder, Map.of("JAVA_TOOL_OPTIONS", "-Xmx" + HEAP / MIB + "m"));
  }

  @AfterAll
  void stop() {
    service.close();
  }

  @Test
  void bodiesThatAreHalfSentHaveAnEighthOfTheHeapAndOthersAreAnswered() throws Exception {
    long room = HEAP / 8 / MIB;
    List<Socket> crowd = new ArrayList<>();
    try {
      for (int i = 0; i < CROWD; i++) {
        crowd.add(halfSent());
      }
      Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> refused() >= CROWD - room);

      assertThat(service.get("/v1/runs").statusCode()).isEqualTo(200);
      assertThat(service.manage("/actuator/health/readiness").statusCode()).isEqualTo(200);
      assertThat(run("{\"argv\":[\"true\"]}")).contains("\"exitCode\":0");
      int answers = 0;
      for (Socket each : crowd) {
        byte[] answer = each.getInputStream().readNBytes(each.getInputStream().available());
        if (answer.length > 0) {
          assertThat(new String(answer, StandardCharsets.US_ASCII))
              .startsWith("HTTP/1.1 429 ")
              .contains("Retry-After: 1\r\n", "\"code\":\"rate-limited\"");
          answers++;
        }
      }
      assertThat(answers).isLessThan(CROWD).isEqualTo((int) refused());
    } finally {
      for (Socket each : crowd) {
        each.close();
      }
    }
    Awaitility.await("room for all again")
        .atMost(Duration.ofSeconds(20))
        .until(() -> service.post("/v1/runs", "\"" + "x".repeat(MIB)).statusCode() == 400);
    assertThat(service.log()).doesNotContain("OutOfMemoryError", " ERROR ");
  }

  @Test
  void bodiesOfManySmallValuesAreRefused() throws Exception {
    String body = "{\"argv\":[\"x\"" + ",\"x\"".repeat(1_800_000) + "]}";
    for (int i = 0; i < 3; i++) {
      HttpResponse<String> answer = service.post("/v1/runs", body);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
      assertThat(answer.body()).contains("16384 values");
    }
    assertThat(service.log()).doesNotContain("OutOfMemoryError", " ERROR ");
  }

  /** It is known again by its digest. */
  @Test
  void recordsDoNotHoldTheInputThatTheirRunsWereGiven() throws Exception {
    String body = "{\"argv\":[\"wc\",\"-c\"],\"stdin\":{\"mode\":\"inline\",\"text\":\"%s\"}}";
    String input = "x".repeat(4_000_000);
    for (int i = 0; i < 25; i++) {
      HttpResponse<String> run = service.put("/v1/runs/input-" + i, body.formatted(input));
      assertThat(run.statusCode()).as(run.body()).isEqualTo(201);
      Awaitility.await()
          .until(() -> service.get("/v1/runs?state=running").body().contains("\"items\":[]"));
    }
    assertThat(service.get("/v1/runs/input-0/output").body()).isEqualTo("4000000\n");
    assertThat(service.put("/v1/runs/input-0", body.formatted(input)).statusCode()).isEqualTo(200);
    assertThat(
            service
                .put("/v1/runs/input-0", body.formatted(input.replaceFirst("x", "y")))
                .statusCode())
        .isEqualTo(409);
    assertThat(service.log()).doesNotContain("OutOfMemoryError", " ERROR ");
  }

  @Test
  void requestsOfLiveRunsHaveAnEighthOfTheHeapAndSmallOnesAlwaysFit() throws Exception {
    String input = "x".repeat(4_000_000);
    String body =
        "{\"argv\":[\"sleep\",\"1000\"],\"stdin\":{\"mode\":\"inline\",\"text\":\""
            + input
            + "\"}}";
    for (int i = 0; i < HEAP / 8 / input.length(); i++) {
      service.start(body);
    }
    HttpResponse<String> refused = service.post("/v1/runs", body);
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.body()).contains("\"code\":\"memory-budget\"", "\"retryable\":true");
    assertThat(run("{\"argv\":[\"true\"]}")).contains("\"exitCode\":0");

    service.post("/v1/runs/cancel", "{\"all\":true}");
    Awaitility.await("room again").until(() -> service.post("/v1/runs", body).statusCode() == 201);
    service.post("/v1/runs/cancel", "{\"all\":true}");
    assertThat(service.log()).doesNotContain("OutOfMemoryError", " ERROR ");
  }

  /** Two at most: a record holds the command that it shows. */
  @Test
  void recordsOfLongCommandsHaveAThirtySecondOfTheHeap() throws Exception {
    String argument = ",\"" + "x".repeat(120_000) + "\"";
    String body = "{\"argv\":[\"true\"" + argument.repeat(10) + "],\"name\":\"long\"}";
    for (int i = 0; i < 20; i++) {
      assertThat(run(body)).contains("\"exitCode\":0");
    }
    assertThat(service.get("/v1/runs?limit=200").body().split("\"name\":\"long\"", -1))
        .hasSize(1 + HEAP / 32 / 1_200_000);
    assertThat(service.log()).doesNotContain("OutOfMemoryError", " ERROR ");
  }

  private Socket halfSent() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
    String head =
        "POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: "
            + 7 * MIB
            + "\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    byte[] body = new byte[MIB];
    Arrays.fill(body, (byte) ' ');
    socket.getOutputStream().write(body);
    return socket;
  }

  private double refused() throws Exception {
    String name = "headcount_requests_limited_total{limit=\"bodies\"} ";
    return service
        .openMetrics()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length()).split(" ", -1)[0]))
        .sum();
  }

  private String run(String json) throws Exception {
    HttpResponse<String> answer = service.post("/v1/runs", json, "Prefer", "wait=20");
    return answer.body();
  }
}
