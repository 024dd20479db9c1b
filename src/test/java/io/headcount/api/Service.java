package io.headcount.api;

import static org.awaitility.Awaitility.await;

import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.Reason;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.RunQuery;
import io.headcount.supervisor.RunView;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/**
 * The whole service on ports of its own, with real processes; one for all classes that extend it.
 */
@SpringBootTest(
    webEnvironment = WebEnvironment.RANDOM_PORT,
    properties = {
      "headcount.http.max-body=64KB",
      "headcount.http.max-wait=30s",
      "headcount.http.heartbeat=500ms",
      "headcount.defaults.grace=1s",
      "headcount.defaults.spill-output=0",
      "headcount.limits.max-live-runs=8",
      "headcount.limits.max-queued-runs=2",
      "headcount.attach.slow=3s"
    })
abstract class Service {
  static final String JSON = "application/json";
  static final String PROBLEM = "application/problem+json";

  @LocalServerPort private int port;
  @LocalManagementPort private int managementPort;
  @Autowired ProcessSupervisor supervisor;
  @Autowired OpenStreams streams;

  Client api;
  Client management;

  @BeforeEach
  void connect() {
    api = Client.of(port);
    management = Client.of(managementPort);
  }

  private static final RunQuery ALL =
      new RunQuery(Set.of(), Set.of(), null, Map.of(), Integer.MAX_VALUE, null, null);

  /** Ends all, and forgets it: the next test may count streams, or need the memory of output. */
  @AfterEach
  void endEverything() throws Exception {
    endAll(supervisor);
    for (RunView run : supervisor.list(ALL).runs()) {
      supervisor.delete(run.id()).get(20, TimeUnit.SECONDS);
    }
    awaitNoStream(streams);
  }

  /** Waits until the service has noticed that the clients of all streams have gone. */
  static void awaitNoStream(OpenStreams streams) {
    await("no stream is left open")
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> Arrays.stream(StreamKind.values()).allMatch(kind -> streams.clients(kind) == 0));
  }

  static void endAll(ProcessSupervisor supervisor) throws Exception {
    CompletableFuture<?>[] ends =
        supervisor.cancelAll(Reason.SHUTDOWN).stream()
            .map(Run::released)
            .toArray(CompletableFuture[]::new);
    CompletableFuture.allOf(ends).get(20, TimeUnit.SECONDS);
  }

  int port() {
    return port;
  }

  int managementPort() {
    return managementPort;
  }

  /** Waits until a run is in a state, and returns it. */
  JsonNode awaitState(String id, String state) {
    return await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> api.get("/v1/runs/" + id).json(),
            run -> state.equals(run.path("state").asString()));
  }

  /** Waits until a run has written so many bytes. */
  void awaitOutput(String id, long bytes) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> supervisor.get(id).output().next() >= bytes);
  }

  static String id(JsonNode run) {
    return run.path("id").asString();
  }
}
