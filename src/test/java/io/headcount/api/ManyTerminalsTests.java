package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/** Very many terminals at once, with a client at each. */
@Timeout(120)
@TestPropertySource(properties = "headcount.limits.max-live-runs=400")
class ManyTerminalsTests extends Attaching {
  private static final int MANY = 300;

  /** Others on this machine may open some meanwhile. */
  private static final int OTHERS = 20;

  @Test
  void nothingIsLeftOfThreeHundredThatWereOpenedAndCancelled() throws Exception {
    attach(id(api.run("true")), "?mode=ro").close(); // what is opened once is open now
    AttachClient.patiently().until(() -> streams.clients(StreamKind.ATTACH) == 0);
    long machine = terminalsOfTheMachine();
    List<String> before = counts();
    assertThat(openTerminals()).isZero();
    List<String> runs = new ArrayList<>();
    List<AttachClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < MANY; i++) {
        runs.add(started("echo ready; exec sleep 1000", "\"tty\": {}"));
        clients.add(attach(runs.getLast(), "?offset=0"));
      }
      clients.forEach(client -> client.awaitText(1, "ready"));
      assertThat(openTerminals()).isEqualTo(MANY);
      assertThat(terminalsOfTheMachine()).isGreaterThanOrEqualTo(MANY);
      assertThat(counts()).contains("headcount_fds_open{kind=\"pty\"} 300.0");
      assertThat(counts()).contains("headcount_stream_clients{kind=\"attach\"} 300.0");

      runs.forEach(run -> api.post("/v1/runs/" + run + "/cancel", "{}"));
      for (AttachClient client : clients) {
        assertThat(client.closeCode()).isEqualTo(1000);
        JsonNode end = client.awaitFrame("exit").path("run");
        assertThat(end.path("exitSignal").asString()).isEqualTo("SIGTERM");
      }
    } finally {
      clients.forEach(AttachClient::close);
    }
    AttachClient.patiently().untilAsserted(() -> assertThat(counts()).isEqualTo(before));
    AttachClient.patiently().untilAsserted(() -> assertThat(openTerminals()).isZero());
    AttachClient.patiently()
        .untilAsserted(
            () -> assertThat(terminalsOfTheMachine()).isLessThanOrEqualTo(machine + OTHERS));
  }

  /** What the service itself counts. */
  private List<String> counts() {
    return management
        .get("/actuator/prometheus")
        .text()
        .lines()
        .filter(line ->
            line.startsWith("headcount_fds_open{") || line.startsWith("headcount_stream_clients{"))
        .toList();
  }

  /** The kernel gives the number to one read only. */
  private static long terminalsOfTheMachine() throws IOException {
    try (BufferedReader number = Files.newBufferedReader(Path.of("/proc/sys/kernel/pty/nr"))) {
      return Long.parseLong(number.readLine());
    }
  }

  /** Descriptors of this process, the service's, that are terminals. */
  private static long openTerminals() throws IOException {
    long count = 0;
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          count += target.endsWith("ptmx") || target.startsWith("/dev/pts/") ? 1 : 0;
        } catch (IOException e) {
          // It was closed meanwhile.
        }
      }
    }
    return count;
  }
}
