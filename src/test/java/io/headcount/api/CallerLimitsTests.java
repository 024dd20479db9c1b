package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/** What one caller takes is not taken from another. */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
@DirtiesContext
@TestPropertySource(
    properties = {
      "headcount.limits.max-live-runs=3",
      "headcount.limits.max-queued-runs=20",
      "headcount.callers.max-live-runs=2",
      "headcount.callers.requests-per-second=50",
      "headcount.callers.burst=100",
      "headcount.callers.max-requests=6",
      "headcount.callers.max-streams=3",
      "headcount.connections.max-streams=5"
    })
class CallerLimitsTests extends Secured {

  @Test
  void refusesWhoAsksTooOftenAndNobodyElse() throws Exception {
    AtomicReference<Client.Reply> refused = new AtomicReference<>();
    List<CompletableFuture<Void>> loads = new ArrayList<>();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    for (int i = 0; i < 5; i++) {
      loads.add(
          CompletableFuture.runAsync(
              () -> {
                while (refused.get() == null && System.nanoTime() < deadline) {
                  Client.Reply reply = sees.get("/v1/runs"); // who starts nothing in other tests
                  if (reply.status() != 200) {
                    refused.set(reply);
                  }
                }
              },
              Thread::startVirtualThread));
    }
    CompletableFuture.allOf(loads.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);

    Client.Reply reply = refused.get();
    assertThat(reply.status()).isEqualTo(429);
    assertThat(reply.header("Content-Type")).isEqualTo(Service.PROBLEM);
    assertThat(reply.code()).isEqualTo("rate-limited");
    assertThat(reply.json().path("retryable").asBoolean()).isTrue();
    assertThat(reply.json().path("retryAfterMs").asLong()).isBetween(1L, 1000L);
    assertThat(reply.header("Retry-After")).isEqualTo("1");
    assertThat(reply.json().path("instance").asString()).isEqualTo("/v1/runs");
    assertThat(bob.get("/v1/runs").status()).isEqualTo(200);
    assertThat(management.get("/actuator/health/liveness").status()).isEqualTo(200);
    await().atMost(Duration.ofSeconds(20)).until(() -> sees.get("/v1/runs").status() == 200);
    assertThat(limited("rate")).isPositive();
  }

  @Test
  void refusesMoreStreamsThanACallerOrAllMayHave(CapturedOutput log) throws Exception {
    String id = sleeping(ann);
    String events = "/v1/runs/" + id + "/events";
    InputStream first = ann.open(events).body();
    try (InputStream _ = ann.open("/v1/events").body();
        InputStream _ = ann.open("/v1/runs/" + id + "/output?follow=true").body()) {
      await().until(() -> open() == 3);
      Client.Reply fourth = ann.get(events);
      assertThat(fourth.status()).isEqualTo(429);
      assertThat(fourth.code()).isEqualTo("too-many-streams");
      assertThat(fourth.header("Content-Type")).isEqualTo(Service.PROBLEM);
      assertThat(ann.get("/v1/runs/" + id + "/output?follow=true").status()).isEqualTo(429);
      assertThat(
              AttachClient.refusal(
                  port(), "/v1/runs/" + id + "/attach?mode=ro", "Authorization", "Bearer " + ANN))
          .isEqualTo(429);
      await().until(() -> AuditLines.of(log, id).size() == 2);
      JsonNode told = AuditLines.of(log, id).getLast();
      assertThat(told.path("status").asInt()).isEqualTo(429);
      assertThat(told.path("allowed").asBoolean(true)).isFalse();
      assertThat(ann.get("/v1/runs/" + id).status()).as("no stream").isEqualTo(200);

      try (InputStream _ = ops.open(events).body();
          InputStream _ = sees.open(events).body()) {
        await().until(() -> open() == 5);
        Client.Reply sixth = bob.get("/v1/events");
        assertThat(sixth.status()).isEqualTo(503);
        assertThat(sixth.code()).isEqualTo("too-many-streams");
        assertThat(sixth.header("Retry-After")).isNotNull();
      }
      first.close();
      await().atMost(Duration.ofSeconds(10)).until(() -> open() == 2);
      try (InputStream again = ann.open(events).body()) {
        assertThat(again.read()).isPositive();
      }
    }
    assertThat(limited("streams")).isPositive();
    assertThat(limited("all-streams")).isPositive();
    await().atMost(Duration.ofSeconds(10)).until(() -> open() == 0);
  }

  @Test
  void refusesMoreRequestsInProgressThanACallerMayHave() throws Exception {
    String path = "/v1/runs/" + sleeping(ann);
    List<CompletableFuture<Client.Reply>> waits = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      waits.add(
          CompletableFuture.supplyAsync(
              () -> ann.get(path, "Prefer", "wait=60"), Thread::startVirtualThread));
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          Client.Reply reply = ann.get("/v1/info");
          assertThat(reply.status()).isEqualTo(429);
          assertThat(reply.code()).isEqualTo("rate-limited");
        });
    assertThat(bob.get("/v1/info").status()).isEqualTo(200);
    assertThat(ops.post(path + "/cancel", "{}").status()).isIn(200, 202);
    for (CompletableFuture<Client.Reply> wait : waits) {
      assertThat(wait.get(20, TimeUnit.SECONDS).status()).isIn(200, 429);
    }
    assertThat(ann.get("/v1/info").status()).isEqualTo(200);
    assertThat(limited("requests")).isPositive();
  }

  @Test
  void letsCallersTakeTurnsHoweverManyRunsOneHasWaiting() {
    List<String> greedy = new ArrayList<>();
    for (int i = 0; i < 22; i++) {
      greedy.add(sleeping(ann));
    }
    assertThat(state(greedy.get(1))).isEqualTo("running");
    assertThat(state(greedy.get(2))).as("past the caller's own bound").isEqualTo("queued");
    assertThat(ann.post("/v1/runs", "{\"shell\": \"true\"}").code()).isEqualTo("queue-full");

    String first = sleeping(bob);
    assertThat(state(first)).as("a place is free, though others wait").isEqualTo("running");
    String second = sleeping(ops);
    assertThat(state(second)).as("taken though the queue is full").isEqualTo("queued");

    ops.post("/v1/runs/" + greedy.get(0) + "/cancel", "{}", "Prefer", "wait=10");
    awaitRunning(greedy.get(2));
    ops.post("/v1/runs/" + greedy.get(1) + "/cancel", "{}", "Prefer", "wait=10");
    awaitRunning(second);
    assertThat(state(greedy.get(3))).isEqualTo("queued");
  }

  private void awaitRunning(String id) {
    await().atMost(Duration.ofSeconds(10)).until(() -> state(id).equals("running"));
  }

  private String state(String id) {
    return ops.get("/v1/runs/" + id).json().path("state").asString();
  }

  private long open() {
    return java.util.Arrays.stream(StreamKind.values()).mapToLong(streams::clients).sum();
  }

  private double limited(String limit) {
    return management.meter("headcount_requests_limited_total{limit=\"" + limit + "\"}");
  }
}
