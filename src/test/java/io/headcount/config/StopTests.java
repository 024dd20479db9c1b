package io.headcount.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.HeadcountApplication;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.RunSpec;
import io.headcount.supervisor.RunState;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The stop of the service, seen by its clients. */
class StopTests {
  private final HttpClient http = HttpClient.newHttpClient();
  private ConfigurableApplicationContext service;

  @BeforeEach
  void start() {
    service =
        new SpringApplication(HeadcountApplication.class)
            .run(
                "--server.port=0",
                "--management.server.port=0",
                "--headcount.shutdown.grace=3s",
                "--headcount.defaults.grace=60s");
  }

  @AfterEach
  void stop() {
    service.close();
    http.close();
  }

  @Test
  void endsRunsWhileBothPortsServe() throws Exception {
    ProcessSupervisor supervisor = service.getBean(ProcessSupervisor.class);
    var run =
        supervisor.start(
            RunSpec.of(
                new RunSpec.Command.Shell("trap '' TERM; echo x; while :; do sleep 0.1; done")));
    await().until(() -> run.output().next() > 0);
    HttpResponse<InputStream> follower =
        http.send(
            request("local.server.port", "/v1/runs/" + run.id() + "/output?follow=true").build(),
            BodyHandlers.ofInputStream());
    assertThat(follower.body().read()).isEqualTo('x');

    long started = System.nanoTime();
    Thread stop = Thread.ofPlatform().start(service::close);
    await().pollInterval(5, TimeUnit.MILLISECONDS).until(supervisor::isClosing);

    HttpResponse<String> refused =
        http.send(
            request("local.server.port", "/v1/runs")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"shell\": \"true\"}"))
                .build(),
            BodyHandlers.ofString());
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("Retry-After")).contains("5");
    assertThat(refused.body()).contains("\"code\":\"draining\"");
    assertThat(status("/actuator/health/readiness")).isEqualTo(503);
    assertThat(status("/actuator/health/liveness")).isEqualTo(200);

    stop.join(Duration.ofSeconds(30));
    assertThat(stop.isAlive()).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - started))
        .as("the grace asked for is 60 s, the cap of the stop 3 s")
        .isBetween(Duration.ofMillis(2900), Duration.ofSeconds(7));
    assertThat(run.view().reason()).isEqualTo(io.headcount.supervisor.Reason.SHUTDOWN);
    assertThat(run.view().killEscalated()).isTrue();
    assertThat(follower.body().readAllBytes()).isEqualTo(new byte[] {'\n'});
  }

  @Test
  void pauseEndsNoRunAndRefusesNone() {
    ProcessSupervisor supervisor = service.getBean(ProcessSupervisor.class);
    RunSpec spec = RunSpec.of(List.of("sleep", "1000"));
    var run = supervisor.start(spec);
    await().until(() -> run.launched().isDone());
    service.pause();
    service.restart();
    var next = supervisor.start(spec);
    await().until(() -> next.launched().isDone());
    assertThat(next.state()).isEqualTo(RunState.RUNNING);
    assertThat(run.state()).isEqualTo(RunState.RUNNING);
    assertThat(run.view().reason()).isNull();
  }

  @Test
  void stopsAtOnceWhenNothingRuns() {
    long started = System.nanoTime();
    service.close();
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
  }

  private int status(String path) throws IOException, InterruptedException {
    return http.send(request("local.management.port", path).build(), BodyHandlers.discarding())
        .statusCode();
  }

  private HttpRequest.Builder request(String port, String path) {
    String number = service.getEnvironment().getRequiredProperty(port);
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + number + path));
  }
}
