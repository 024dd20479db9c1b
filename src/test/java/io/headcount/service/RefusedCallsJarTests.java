package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The kernel refuses single calls of the core's threads, in an ordinary user's service, by {@code
 * strace --inject}: the start gets a typed answer, nothing stays open or alive, and the next start
 * works.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusedCallsJarTests {
  private ServiceProcess service;
  private String descriptors;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    service = OrdinaryUser.start(folder, Map.of("HEADCOUNT_DEFAULTS_GRACE", "100ms"));
    assertThat(run("true").body()).contains("\"exitCode\":0");
    descriptors = descriptors();
  }

  @AfterAll
  void stop() throws Exception {
    service.close();
  }

  private HttpResponse<String> run(String... argv) throws Exception {
    String items = Stream.of(argv).collect(Collectors.joining("\",\"", "[\"", "\"]"));
    return service.post("/v1/runs", "{\"argv\":" + items + "}", "Prefer", "wait=20");
  }

  private String descriptors() throws Exception {
    return service
        .manage("/actuator/headcount")
        .body()
        .replaceFirst(".*\"descriptors\":(\\{[^}]*}).*", "$1");
  }

  /** The injection into the threads whose name begins so, for as long as it is not closed. */
  private final class Refusal implements AutoCloseable {
    private final Process strace;

    Refusal(String threads, String call, String error, String... more) throws IOException {
      List<String> command = new ArrayList<>(List.of("strace", "-e", "trace=" + call));
      command.addAll(List.of("-e", "inject=" + call + ":error=" + error));
      command.addAll(List.of(more));
      int attached = 0;
      try (Stream<Path> tasks = Files.list(Path.of("/proc/" + service.pid() + "/task"))) {
        for (Path task : tasks.toList()) {
          if (Files.readString(task.resolve("comm")).startsWith(threads)) {
            command.addAll(List.of("-p", task.getFileName().toString()));
            attached++;
          }
        }
      }
      assertThat(attached).as("threads named " + threads + "*").isPositive();
      strace = new ProcessBuilder(command).redirectErrorStream(true).start();
      BufferedReader said = strace.inputReader();
      for (int i = 0; i < attached; i++) {
        assertThat(said.readLine())
            .as("scripts/install-tools installs strace")
            .contains("attached");
      }
    }

    @Override
    public void close() {
      strace.destroy();
      strace.onExit().join();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "headcount-spawn, clone, ENOMEM",
    "headcount-spawn, clone, EAGAIN",
    "headcount-spawn, clone, EMFILE",
    "headcount-spawn, clone, ENFILE",
    "headcount-spawn, pipe2, EMFILE",
    "headcount-spawn, pipe2, ENFILE",
    "headcount-loop, epoll_ctl, ENOMEM",
    "headcount-loop, epoll_ctl, ENOSPC"
  })
  void startThatTheKernelRefusesIsATypedAnswerAndLeavesNothing(
      String threads, String call, String error) throws Exception {
    try (Refusal _ = new Refusal(threads, call, error)) {
      // one that is over by the time it would be watched is not, and has nothing to be refused
      HttpResponse<String> refused = run("sleep", "60");

      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
      assertThat(refused.body()).contains(error);
    }
    wellAgain();
  }

  /** What may not be signalled is a survivor by name, and one that can be is ended then. */
  @Test
  void signalThatTheKernelRefusesMakesASurvivorAndNoFault() throws Exception {
    String id = service.shellReady("trap '' TERM; echo ready; while :; do sleep 0.1; done");
    try (Refusal _ = new Refusal("headcount-loop", "kill,pidfd_send_signal", "EPERM")) {
      service.post("/v1/runs/" + id + "/cancel", "{}");
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> service.get("/v1/runs/" + id).body().contains("\"survivors\":[{\"pid\":"));
    }
    for (ProcessHandle left : service.process().descendants().toList()) {
      left.destroyForcibly();
    }
    wellAgain();
  }

  /**
   * Of a terminal that was just closed the kernel says EIO now and then though bytes are still to
   * be read; here at every fourth read.
   */
  @Test
  void terminalIsReadToItsLastByteThoughTheKernelSaysItsEndTooEarly() throws Exception {
    try (Refusal _ = new Refusal("headcount-loop", "read", "EIO:when=2+4", "-P", "/dev/ptmx")) {
      HttpResponse<String> answer =
          service.post("/v1/runs", "{\"argv\":[\"seq\",\"5000\"],\"tty\":{}}", "Prefer", "wait=20");

      assertThat(answer.body())
          .contains("\"stdoutBytes\":28893")
          .contains("4999\\r\\n5000\\r\\n\"");
    }
    wellAgain();
  }

  private void wellAgain() throws Exception {
    assertThat(run("true").body()).contains("\"exitCode\":0");
    Awaitility.await("nothing is left")
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          assertThat(service.below()).isEmpty();
          assertThat(descriptors()).isEqualTo(descriptors);
        });
  }
}
