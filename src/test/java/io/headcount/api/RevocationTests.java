package io.headcount.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

/** Tokens come and go while the service runs. */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class RevocationTests extends Secured {
  private static final String NEXT = "next-token-".repeat(4);
  private static final String SLEEP = "{\"argv\": [\"sleep\", \"1000\"]}";

  @Test
  void answersEveryRequestWhileATokenIsRotated() throws Exception {
    AtomicReference<Client> current = new AtomicReference<>(ann);
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    List<CompletableFuture<Void>> loads = new ArrayList<>();
    AtomicReferenceArray<Client> used = new AtomicReferenceArray<>(4);
    for (int i = 0; i < used.length(); i++) {
      int worker = i;
      loads.add(
          CompletableFuture.runAsync(
              () -> {
                while (!done.get()) {
                  Client client = current.get();
                  Client.Reply reply = client.get("/v1/runs");
                  answered.incrementAndGet();
                  if (reply.status() != 200) {
                    failures.add(reply.status() + " " + reply.text());
                  }
                  used.set(worker, client);
                }
              },
              Thread::startVirtualThread));
    }
    String others = everyone().replace(line("ann", "runner", ANN), "");
    String before = ANN;
    for (int round = 0; round < 5; round++) {
      String after = "rotated-%d-".formatted(round).repeat(4);
      write(others + line("ann", "runner", before) + line("ann", "runner", after));
      awaitStatus(nobody.with(after), 200);
      Client next = nobody.with(after);
      current.set(next);
      // Nobody uses the token before any more.
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> IntStream.range(0, 4).allMatch(i -> next.equals(used.get(i))));
      write(others + line("ann", "runner", after));
      awaitStatus(nobody.with(before), 401);
      before = after;
    }
    done.set(true);
    CompletableFuture.allOf(loads.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
    assertThat(failures).isEmpty();
    assertThat(answered.get()).isGreaterThan(100);
  }

  /** A body may take its time: the caller is looked at again when it is there. */
  @Test
  void startsNothingForATokenThatWasRevokedWhileTheBodyCame() throws Exception {
    String body = "{\"shell\": \"true\", \"name\": \"too late\"}";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                  + "Content-Type: application/json\r\nContent-Length: "
                  + body.length()
                  + "\r\nAuthorization: Bearer "
                  + ANN
                  + "\r\n\r\n"
                  + body.substring(0, 5))
              .getBytes(UTF_8));
      out.flush();
      await().until(() -> ann.get("/v1/runs").status() == 200);
      write(everyone().replace(line("ann", "runner", ANN), ""));
      awaitStatus(ann, 401);
      out.write(body.substring(5).getBytes(UTF_8));
      out.flush();

      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 401 ")
          .contains("\"code\":\"unauthenticated\"");
    }
    assertThat(ops.get("/v1/runs").text()).doesNotContain("too late");
  }

  @Test
  void endsTheStreamsOfARevokedTokenAndNoOther() throws Exception {
    write(everyone() + line("ann", "runner", NEXT));
    Client other = nobody.with(NEXT);
    awaitStatus(other, 200);
    String id = sleeping(ann);
    String path = "/v1/runs/" + id;
    Sse all = new Sse(ann.open("/v1/events").body());
    Sse one = new Sse(ann.open(path + "/events").body());
    Sse stays = new Sse(other.open(path + "/events").body());
    InputStream followed = ann.open(path + "/output?follow=true").body();
    try (AttachClient attached = attach(path, ANN);
        AttachClient staying = attach(path, NEXT)) {
      all.awaitRetry();
      one.next("output");
      stays.next("output");
      assertThat(new String(followed.readNBytes(6), UTF_8)).isEqualTo("ready\n");
      attached.awaitText(1, "ready");
      staying.awaitText(1, "ready");

      long revoked = System.nanoTime();
      write(everyone().replace(line("ann", "runner", ANN), line("ann", "runner", NEXT)));

      assertThat(attached.closeCode()).isEqualTo(1008);
      assertThat(one.rest()).noneMatch(event -> event.name().equals("end"));
      assertThat(all.rest()).noneMatch(event -> event.name().equals("end"));
      assertThatThrownBy(followed::readAllBytes)
          .as("an end that could pass for that of the output")
          .isInstanceOf(IOException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - revoked)).isLessThan(Duration.ofSeconds(3));
      assertThat(ann.get(path).status()).isEqualTo(401);

      assertThat(other.post(path + "/cancel", "{}").status()).isIn(200, 202);
      assertThat(stays.rest()).anyMatch(event -> event.name().equals("end"));
      assertThat(staying.awaitFrame("exit")).isNotNull();
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() ->
            java.util.Arrays.stream(StreamKind.values()).mapToLong(streams::clients).sum() == 0);
  }

  /** The close frame waits for its turn behind the frame that is just being sent. */
  @RepeatedTest(5)
  void closesTheWebSocketOfARevokedTokenAsPromisedWhileOutputFlows() throws Exception {
    String path = "/v1/runs/" + Service.id(ann.start("exec yes"));
    try (AttachClient attached = attach(path, ANN)) {
      attached.awaitText(1, "y\ny\n");

      write(everyone().replace(line("ann", "runner", ANN), ""));

      assertThat(attached.closeCode()).isEqualTo(1008);
    }
    assertThat(ops.post(path + "/cancel", "{}").status()).isIn(200, 202);
  }

  @Test
  void endsTheWaitsOfARevokedTokenAndNoOther(CapturedOutput log) throws Exception {
    String path = "/v1/runs/" + sleeping(ann);
    String stubborn =
        "/v1/runs/" + Service.id(ann.start("trap '' TERM; echo x; while :; do sleep 1; done"));
    await().until(() -> ops.get(stubborn).json().at("/output/next").asLong() > 0);
    List<CompletableFuture<Client.Reply>> waits =
        List.of(
            later(() -> ann.get(path + "?include=output", "Prefer", "wait=60")),
            later(
                () -> ann.post(stubborn + "/cancel", "{\"graceMs\": 60000}", "Prefer", "wait=60")),
            later(() -> ann.put("/v1/runs/goes-on", SLEEP, "Prefer", "wait=60")));
    CompletableFuture<Client.Reply> other = later(() -> ops.get(path, "Prefer", "wait=60"));
    awaitState(stubborn, "exiting");
    awaitState("/v1/runs/goes-on", "running");

    write(everyone().replace(line("ann", "runner", ANN), ""));

    for (CompletableFuture<Client.Reply> wait : waits) {
      Client.Reply reply = wait.get(3, TimeUnit.SECONDS);
      assertThat(reply.status()).as(reply.text()).isEqualTo(401);
      assertThat(reply.code()).isEqualTo("unauthenticated");
      assertThat(reply.header("WWW-Authenticate")).contains("invalid_token");
      assertThat(reply.text()).doesNotContain("ready");
    }
    assertThat(other.isDone()).isFalse();
    assertThat(ops.post(path + "/cancel", "{}").status()).isIn(200, 202);
    assertThat(other.get(20, TimeUnit.SECONDS).json().path("state").asString()).isEqualTo("exited");
    awaitState("/v1/runs/goes-on", "running");
    await().until(() -> !AuditLines.of(log, "goes-on").isEmpty());
    JsonNode start = AuditLines.of(log, "goes-on").getFirst();
    assertThat(start.path("allowed").asBoolean()).as("it was started").isTrue();
    assertThat(start.path("status").asInt()).isEqualTo(401);
  }

  private static CompletableFuture<Client.Reply> later(Supplier<Client.Reply> request) {
    return CompletableFuture.supplyAsync(request, Thread::startVirtualThread);
  }

  private void awaitState(String path, String state) {
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> ops.get(path).json().path("state").asString().equals(state));
  }

  @Test
  void takesNoMoreInputOfARevokedToken() throws Exception {
    String body = "{\"argv\": [\"cat\"], \"stdin\": {\"mode\": \"pipe\"}}";
    String path = "/v1/runs/" + Service.id(ann.post("/v1/runs", body).json());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.setSoTimeout(10_000);
      String head =
          "POST %s/stdin HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
              .formatted(path, ANN);
      socket
          .getOutputStream()
          .write((head + "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n").getBytes(UTF_8));
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> ops.get(path + "/output").text().equals("one"));

      write(everyone().replace(line("ann", "runner", ANN), ""));

      awaitStatus(ann, 401);
      socket.getOutputStream().write("3\r\ntwo\r\n".getBytes(UTF_8));
      assertThat(new String(socket.getInputStream().readNBytes(12), UTF_8))
          .isEqualTo("HTTP/1.1 401");
      assertThat(ops.get(path + "/output").text()).isEqualTo("one");
      await().atMost(Duration.ofSeconds(10)).until(() -> streams.clients(StreamKind.STDIN) == 0);
    }
  }

  @Test
  void keepsTheTokensThatItHasWhenTheFileBecomesWrong() {
    write("ann runner " + ANN);
    await()
        .during(Duration.ofSeconds(2))
        .atMost(Duration.ofSeconds(20))
        .until(() -> ann.get("/v1/info").status() == 200);
    write(everyone().replace(line("bob", "runner", BOB), ""));
    awaitStatus(bob, 401);
    assertThat(ann.get("/v1/info").status()).isEqualTo(200);
  }

  @Test
  void asksForATokenAsTheStandardSays() {
    Client.Reply none = nobody.get("/v1/runs");
    assertThat(none.status()).isEqualTo(401);
    assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"headcount\"");
    assertThat(none.header("Content-Type")).isEqualTo(Service.PROBLEM);
    assertThat(none.code()).isEqualTo("unauthenticated");
    assertThat(none.header("Set-Cookie")).isNull();
    for (String wrong :
        List.of("Bearer " + "x".repeat(40), "Bearer", "Bearer  ", "Basic b3BzOm9wcw==", OPS, "")) {
      Client.Reply reply = nobody.get("/v1/runs", "Authorization", wrong);
      assertThat(reply.status()).as(wrong).isEqualTo(401);
      assertThat(reply.header("WWW-Authenticate")).as(wrong).contains("invalid_token");
      assertThat(reply.text()).doesNotContain("xxxx");
    }
    assertThat(ops.get("/v1/runs", "Authorization", "Bearer " + ANN).status())
        .as("two tokens")
        .isEqualTo(401);
    assertThat(nobody.get("/problems/unauthenticated").status()).isEqualTo(200);
    assertThat(sees.post("/v1/runs", "{\"shell\": \"true\"}").code()).isEqualTo("forbidden");
  }

  private AttachClient attach(String path, String token) {
    return AttachClient.open(
        port(), path + "/attach?mode=ro&offset=0", true, "Authorization", "Bearer " + token);
  }

  private static void awaitStatus(Client client, int status) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> client.get("/v1/info").status() == status);
  }
}
