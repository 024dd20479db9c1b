package io.headcount.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.AttachClient;
import io.headcount.child.Census;
import io.headcount.child.StartFailure;
import io.headcount.output.DropCause;
import io.headcount.output.StdStream;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.Reason;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.RunSpec;
import io.headcount.supervisor.RunState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The management port of a service that has not run anything yet; hence the order. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ManagementTests {
  @LocalServerPort private int port;
  @LocalManagementPort private int managementPort;
  @Autowired private ProcessSupervisor supervisor;

  @Test
  @Order(1)
  void tellsEveryMeterWhenNothingHasRunYet() throws Exception {
    List<String> expected = new ArrayList<>();
    for (RunState state : RunState.values()) {
      expected.add("headcount_runs{state=\"" + state.label() + "\"}");
    }
    for (Reason reason : Reason.values()) {
      expected.add("headcount_runs_finished_total{reason=\"" + reason.label() + "\"}");
      expected.add("headcount_run_seconds_count{reason=\"" + reason.label() + "\"}");
    }
    for (StartFailure.Kind kind : StartFailure.Kind.values()) {
      expected.add("headcount_spawn_failures_total{kind=\"" + kind.label() + "\"}");
    }
    for (StdStream stream : StdStream.values()) {
      expected.add("headcount_output_bytes_total{stream=\"" + stream.label() + "\"}");
    }
    for (String kind : List.of("pipe", "pty", "pidfd", "epoll", "file")) {
      expected.add("headcount_fds_open{kind=\"" + kind + "\"}");
    }
    for (DropCause cause : DropCause.values()) {
      expected.add("headcount_output_dropped_bytes_total{cause=\"" + cause.label() + "\"}");
    }
    expected.addAll(
        List.of(
            "headcount_stream_clients{kind=\"events\"}",
            "headcount_stream_clients{kind=\"run-events\"}",
            "headcount_stream_clients{kind=\"output-follow\"}",
            "headcount_stream_clients{kind=\"stdin\"}",
            "headcount_stream_clients{kind=\"attach\"}",
            "headcount_children_live",
            "headcount_output_held_bytes{place=\"memory\"}",
            "headcount_output_held_bytes{place=\"disk\"}",
            "headcount_output_disk_failing",
            "headcount_descendants_escaped",
            "headcount_zombies",
            "process_files_open_files",
            "process_files_max_files",
            "headcount_runs_started_total",
            "headcount_spawn_seconds_bucket{le=\"0.001\"}",
            "headcount_spawn_seconds_count",
            "headcount_kill_escalations_total",
            "headcount_kill_survivors_total",
            "headcount_queue_depth",
            "headcount_queue_wait_seconds_bucket{le=\"60.0\"}",
            "headcount_queue_wait_seconds_count",
            "headcount_run_seconds_bucket{reason=\"exit\",le=\"60.0\"}",
            "headcount_shutdown_seconds_bucket{le=\"10.0\"}",
            "headcount_shutdown_seconds_count",
            "headcount_shutdown_elapsed_seconds",
            "headcount_shutdown_budget_seconds",
            "headcount_runs_limit",
            "headcount_queue_limit",
            "headcount_fds_budget",
            "headcount_sweep_boots",
            "headcount_guardian",
            "headcount_descendants_unattributed",
            "headcount_escapees_ended_total",
            "headcount_commands_forbidden_total"));
    List<String> names =
        Arrays.stream(get("/actuator/prometheus").body().split("\n", -1))
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.substring(0, Math.max(0, line.lastIndexOf(' '))))
            .toList();
    assertThat(names).containsAll(expected);
  }

  @Test
  @Order(2)
  void describesEveryMeterWhenScraped() throws Exception {
    String scrape = get("/actuator/prometheus").body();
    List<String> undescribed =
        scrape
            .lines()
            .filter(line -> line.startsWith("# TYPE headcount_"))
            .map(line -> line.split(" ", -1)[2])
            .filter(name -> !scrape.contains("# HELP " + name + " "))
            .toList();
    assertThat(undescribed).isEmpty();
    assertThat(scrape).contains("# TYPE headcount_spawn_seconds histogram");
  }

  @Test
  @Order(3)
  void countsWhenRunsCome() throws Exception {
    Run run = supervisor.start(RunSpec.of(new RunSpec.Command.Shell("printf 12345; exit 1")));
    run.exited().get(20, TimeUnit.SECONDS);
    supervisor.start(RunSpec.of(List.of("/no/such"))).exited().get(20, TimeUnit.SECONDS);
    String scrape = get("/actuator/prometheus").body();
    assertThat(scrape)
        .contains("headcount_runs_started_total 1.0")
        .contains("headcount_runs_finished_total{reason=\"exit\"} 1.0")
        .contains("headcount_runs_finished_total{reason=\"spawn-error\"} 1.0")
        .contains("headcount_spawn_failures_total{kind=\"not-found\"} 1.0")
        .contains("headcount_output_bytes_total{stream=\"stdout\"} 5.0")
        .contains("headcount_spawn_seconds_count 1")
        .contains("headcount_runs{state=\"exited\"} 2.0");
    assertThat(scrape).doesNotContain(run.id());
  }

  @Test
  @Order(4)
  void tellsTheHeadcountWhenAsked() throws Exception {
    Run run = supervisor.start(RunSpec.of(List.of("sleep", "60")));
    run.launched().get(20, TimeUnit.SECONDS);
    JsonNode headcount = json(get("/actuator/headcount"));
    assertThat(headcount.at("/runs/running").asInt()).isEqualTo(1);
    assertThat(headcount.path("descriptors").size()).isPositive();
    assertThat(headcount.path("census").has("remaining")).isTrue();
    assertThat(headcount.path("bootId").asString()).isEqualTo(supervisor.settings().bootId());
    supervisor.cancelAll(Reason.MANUAL_CANCEL);
    run.exited().get(20, TimeUnit.SECONDS);
  }

  @Test
  @Order(5)
  void countsAttachedClientsUntilTheyHaveGone() throws Exception {
    Run run = supervisor.start(RunSpec.of(List.of("sleep", "60")));
    String path = "/v1/runs/" + run.id() + "/attach";
    awaitAttached(0);
    try (AttachClient _ = AttachClient.open(port, path)) {
      try (AttachClient _ = AttachClient.open(port, path + "?mode=ro")) {
        awaitAttached(2);
      } // goes without a word
      awaitAttached(1);
      supervisor.cancelAll(Reason.MANUAL_CANCEL);
      awaitAttached(0);
    }
  }

  private void awaitAttached(int count) {
    String line = "headcount_stream_clients{kind=\"attach\"} " + count + ".0";
    Awaitility.await().until(() -> get("/actuator/prometheus").body().contains(line));
  }

  @Test
  void tellsDescriptorsAsPartOfReadinessAlone() throws Exception {
    JsonNode readiness = json(get("/actuator/health/readiness"));
    assertThat(readiness.at("/components/descriptors/status").asString()).isEqualTo("UP");
    assertThat(readiness.at("/components/descriptors/details/budget").asLong()).isPositive();
    assertThat(json(get("/actuator/health/liveness")).at("/components").has("descriptors"))
        .isFalse();
  }

  @Test
  void servesManagementOnItsOwnPortAlone() throws Exception {
    assertThat(get("/actuator/info").body()).contains("\"java\"");
    assertThat(get("/actuator/env").statusCode()).isEqualTo(404);
    assertThat(get(port, "/actuator/health").statusCode()).isEqualTo(404);
  }

  @Test
  void tellsTheLastCensusWhenANewOneTakesTooLong() throws Exception {
    List<java.util.concurrent.CompletableFuture<Census>> asked = new ArrayList<>();
    CensusCache cache =
        new CensusCache(() -> {
          asked.add(new java.util.concurrent.CompletableFuture<>());
          return asked.getLast();
        });
    long started = System.nanoTime();
    assertThat(cache.get().live()).isZero();
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started)).isBetween(400L, 5000L);
    cache.get();
    assertThat(asked).hasSize(1);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return get(managementPort, path);
  }

  private static HttpResponse<String> get(int port, String path)
      throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + port + path);
      return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }

  private static JsonNode json(HttpResponse<String> response) {
    return new JsonMapper().readTree(response.body());
  }
}
