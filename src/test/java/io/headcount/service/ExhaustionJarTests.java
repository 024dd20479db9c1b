package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service whose clients have taken every descriptor still tells the truth, and recovers. */
@Timeout(180)
class ExhaustionJarTests {

  @Test
  void runIsEndedAndNeverCalledExitedWhileItLivesThoughNoDescriptorIsFree(@TempDir Path folder)
      throws Exception {
    try (ServiceProcess service =
        OrdinaryUser.start(
            folder,
            "prlimit --nofile=200:200",
            Map.of("HEADCOUNT_CONNECTIONS_MAX", "1000"))) { // of its own accord it takes 25
      // The leader ignores SIGTERM, so that only a kill path that goes on ends it.
      String stubborn = service.shellReady("trap '' TERM; echo ready; while :; do sleep 1; done");
      HttpResponse<String> timed =
          service.post("/v1/runs", "{\"argv\":[\"sleep\",\"1000\"],\"timeoutMs\":3000}");
      assertThat(timed.statusCode()).isEqualTo(201);
      service.post("/v1/runs/" + stubborn + "/cancel", "{\"graceMs\":4000}");
      List<Socket> takers = new ArrayList<>();
      try {
        while (takers.size() < 300) {
          takers.add(new Socket(InetAddress.getLoopbackAddress(), service.port()));
        }
        Awaitility.await().until(() -> service.carriers().isEmpty());
      } finally {
        for (Socket taker : takers) {
          taker.close();
        }
      }

      Awaitility.await()
          .ignoreExceptionsInstanceOf(IOException.class)
          .atMost(java.time.Duration.ofSeconds(60))
          .untilAsserted(() -> {
            assertThat(service.get("/v1/runs/" + stubborn).body())
                .contains("\"exitSignal\":\"SIGKILL\"", "\"state\":\"exited\"");
            assertThat(service.get("/v1/runs?reason=overall-timeout").body())
                .contains("\"exitSignal\":\"SIGTERM\"", "\"survivors\":[]");
          });
      assertThat(service.manage("/actuator/headcount").body()).contains("\"pidfd\":0");
    }
  }

  /** Idle connections to both ports have a quarter of the descriptors, so that runs have room. */
  @Test
  void startsRunsHoweverManyClientsConnectAndSayNothing(@TempDir Path folder) throws Exception {
    try (ServiceProcess service =
        ServiceProcess.start(folder, "ulimit -n 600; exec $SERVICE", Map.of())) {
      List<Socket> idle = new ArrayList<>();
      try {
        for (int i = 0; i < 700; i++) {
          int port = i % 2 == 0 ? service.port() : service.managementPort();
          idle.add(new Socket(InetAddress.getLoopbackAddress(), port));
        }
        for (int i = 0; i < 10; i++) {
          HttpResponse<String> run =
              service.post("/v1/runs", "{\"argv\":[\"true\"]}", "Prefer", "wait=20");
          assertThat(run.body()).contains("\"exitCode\":0");
        }
        assertThat(service.manage("/actuator/health/readiness").statusCode()).isEqualTo(200);
      } finally {
        for (Socket each : idle) {
          each.close();
        }
      }
    }
  }
}
