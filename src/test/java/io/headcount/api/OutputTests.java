package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.headcount.api.Client.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputTests extends Service {

  private String piped(String more) {
    return id(
        api.post("/v1/runs", "{\"shell\": \"cat\", \"stdin\": {\"mode\": \"pipe\"}" + more + "}")
            .json());
  }

  private String retaining(int bytes, String shell) {
    return id(
        api.post(
                "/v1/runs",
                "{\"shell\": \"%s\", \"output\": {\"retainBytes\": %d}}".formatted(shell, bytes))
            .json());
  }

  private void type(String id, String text) {
    api.bytes("/v1/runs/" + id + "/stdin", text.getBytes(StandardCharsets.UTF_8));
  }

  private void end(String id) {
    api.bytes("/v1/runs/" + id + "/stdin?eof=true", new byte[0]);
  }

  @Test
  void returnsTheBytesWhenTheRunIsOver() {
    String id = id(api.run("printf 'a\\000\\377b'"));
    Reply reply = api.get("/v1/runs/" + id + "/output", "Accept", "*/*");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).containsExactly('a', 0, 0xFF, 'b');
    assertThat(reply.header("Content-Type")).isEqualTo("application/octet-stream");
    assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(reply.header("Accept-Ranges")).isEqualTo("bytes");
    assertThat(reply.header("Content-Length")).isEqualTo("4");
    assertThat(reply.header("Output-First")).isEqualTo("0");
    assertThat(reply.header("Output-Next")).isEqualTo("4");
    assertThat(reply.header("Output-Complete")).isEqualTo("true");
  }

  @Test
  void countsTheBytesOfOneStreamWhenAskedForOne() {
    String id = id(api.run("printf 12345; sleep 0.05; printf abc >&2; sleep 0.05; printf 678"));
    String path = "/v1/runs/" + id + "/output";
    assertThat(api.get(path).text()).isEqualTo("12345abc678");
    assertThat(api.get(path + "?stream=stdout").text()).isEqualTo("12345678");
    Reply range = api.get(path + "?stream=stdout", "Range", "bytes=4-5");
    assertThat(range.text()).isEqualTo("56");
    assertThat(range.header("Content-Range")).isEqualTo("bytes 4-5/8");
    assertThat(range.header("Output-Next")).isEqualTo("8");
    assertThat(api.get(path + "?stream=stderr", "Range", "bytes=1-").text()).isEqualTo("bc");
    assertThat(api.get(path + "?stream=stderr&tail=2").text()).isEqualTo("bc");
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-3, 206, 0123, bytes 0-3/10",
    "bytes=4-, 206, 456789, bytes 4-9/10",
    "bytes=-3, 206, 789, bytes 7-9/10",
    "bytes=-30, 206, 0123456789, bytes 0-9/10",
    "bytes=8-99, 206, 89, bytes 8-9/10",
    "bytes=9-99999999999999999999, 206, 9, bytes 9-9/10",
    "'bytes=0-1,4-5', 200, 0123456789,",
    "lines=0-1, 200, 0123456789,",
    "bytes=5-4, 200, 0123456789,",
    "bytes=-, 200, 0123456789,"
  })
  void answersTheRangeWhenThereIsOne(String range, int status, String text, String contentRange) {
    String id = id(api.run("printf 0123456789"));
    Reply reply = api.get("/v1/runs/" + id + "/output", "Range", range);
    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.text()).isEqualTo(text);
    assertThat(reply.header("Content-Range")).isEqualTo(contentRange);
  }

  @Test
  void answers416WhenTheRangeIsBeyondTheEnd() {
    String id = id(api.run("printf 0123456789"));
    for (String range : new String[] {"bytes=10-", "bytes=99999999999999999999-", "bytes=-0"}) {
      Reply reply = api.get("/v1/runs/" + id + "/output", "Range", range);
      assertThat(reply.status()).isEqualTo(416);
      assertThat(reply.code()).isEqualTo("range-not-satisfiable");
      assertThat(reply.header("Content-Range")).isEqualTo("bytes */10");
    }
  }

  @Test
  void doesNotTellATotalWhenTheRunIsLive() {
    String id = piped("");
    type(id, "0123");
    awaitOutput(id, 4);
    Reply part = api.get("/v1/runs/" + id + "/output", "Range", "bytes=1-");
    assertThat(part.text()).isEqualTo("123");
    assertThat(part.header("Content-Range")).isEqualTo("bytes 1-3/*");
    assertThat(part.header("Output-Complete")).isEqualTo("false");
    Reply beyond = api.get("/v1/runs/" + id + "/output", "Range", "bytes=4-");
    assertThat(beyond.status()).isEqualTo(416);
    assertThat(beyond.header("Content-Range")).isNull();
  }

  @Test
  void answers410WhenTheBytesAreNoLongerHeld() {
    String id = retaining(4096, "head -c 80000000 /dev/zero"); // 64 MiB of it on disk
    awaitState(id, "exited");
    await()
        .untilAsserted(() -> { // the disk may be behind
          Reply reply = api.get("/v1/runs/" + id + "/output", "Range", "bytes=0-9");
          assertThat(reply.status()).isEqualTo(410);
          assertThat(reply.code()).isEqualTo("output-gone");
          long first = reply.json().path("first").asLong();
          assertThat(first).isBetween(1L, 79_000_000L);
          Reply rest = api.get("/v1/runs/" + id + "/output");
          assertThat(rest.status()).isEqualTo(200);
          assertThat(rest.header("Output-First")).isEqualTo(String.valueOf(first));
          assertThat(rest.body()).hasSize((int) (80_000_000 - first));
          assertThat(api.get("/v1/runs/" + id + "/output?tail=99999999").status()).isEqualTo(200);
        });
  }

  @ParameterizedTest
  @CsvSource({"stream=both,/stream", "tail=-1,/tail", "tail=x,/tail", "follow=maybe,/follow"})
  void refusesAParameterWhenItIsNotAsExpected(String query, String pointer) {
    Reply reply = api.get("/v1/runs/" + id(api.run("true")) + "/output?" + query);
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly(pointer);
    assertThat(reply.header("Content-Type")).isEqualTo(PROBLEM);
  }

  @Test
  void refusesATailWhenThereIsARangeToo() {
    Reply reply =
        api.get("/v1/runs/" + id(api.run("true")) + "/output?tail=1", "Range", "bytes=0-");
    assertThat(reply.pointers()).containsExactly("/tail");
  }

  @Test
  void followsUntilTheRunHasSettledWhenAskedTo() throws Exception {
    String id = piped("");
    HttpResponse<InputStream> stream = api.open("/v1/runs/" + id + "/output?follow=true");
    try (InputStream body = stream.body()) {
      type(id, "one");
      assertThat(body.readNBytes(3)).isEqualTo("one".getBytes(StandardCharsets.UTF_8));
      type(id, "two");
      assertThat(body.readNBytes(3)).isEqualTo("two".getBytes(StandardCharsets.UTF_8));
      end(id);
      assertThat(body.readAllBytes()).isEmpty();
    }
    assertThat(stream.headers().firstValue("Content-Length")).isEmpty();
    Reply over = api.get("/v1/runs/" + id + "/output?follow=true");
    assertThat(over.text()).isEqualTo("onetwo");
    assertThat(over.header("Content-Length")).isEqualTo("6");
  }

  @Test
  void waitsForTheByteWhenARangeBeginsAtTheEndAndFollows() throws Exception {
    String id = piped("");
    type(id, "one");
    awaitOutput(id, 3);
    var reply =
        java.util.concurrent.CompletableFuture.supplyAsync(
            () -> api.get("/v1/runs/" + id + "/output?follow=true", "Range", "bytes=3-"));
    type(id, "two");
    end(id);
    assertThat(reply.get().status()).isEqualTo(206);
    assertThat(reply.get().text()).isEqualTo("two");
    Reply past = api.get("/v1/runs/" + id + "/output?follow=true", "Range", "bytes=6-");
    assertThat(past.status()).isEqualTo(416);
    assertThat(past.header("Content-Range")).isEqualTo("bytes */6");
  }

  @Test
  void cutsAFollowerOffWhenTheRetentionOvertookIt() throws Exception {
    String id =
        id(
            api.post(
                    "/v1/runs",
                    "{\"shell\": \"cat; head -c 90000000 /dev/zero\","
                        + " \"stdin\": {\"mode\": \"pipe\"}, \"output\": {\"retainBytes\": 65536}}")
                .json());
    HttpResponse<InputStream> stream = api.open("/v1/runs/" + id + "/output?follow=true");
    end(id); // the client does not read meanwhile
    awaitState(id, "exited");
    try (InputStream body = stream.body()) {
      assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
    }
  }

  @Test
  void closesTheConnectionWhenTheFollowerOfASilentRunGoesAway() throws Exception {
    String id = piped("");
    HttpResponse<InputStream> stream = api.open("/v1/runs/" + id + "/output?follow=true");
    type(id, "x");
    assertThat(stream.body().read()).isEqualTo('x');
    stream.body().close();
    await().pollInterval(20, TimeUnit.MILLISECONDS).until(() -> halfClosed() == 0);
    assertThat(api.get("/v1/runs/" + id).json().path("state").asString()).isEqualTo("running");
  }

  @Test
  void staysWhenTheFollowerOfASilentRunIsPatient() throws Exception {
    String id = piped("");
    HttpResponse<InputStream> stream = api.open("/v1/runs/" + id + "/output?follow=true");
    // longer than the pause between two looks at the client
    assertThat(supervisor.get(id).output().cursor(0).await(1500, TimeUnit.MILLISECONDS)).isFalse();
    type(id, "late");
    end(id);
    try (InputStream body = stream.body()) {
      assertThat(body.readAllBytes()).isEqualTo("late".getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * Connections that the client closed and the service did not: CLOSE_WAIT in proc(5)'s net/tcp.
   */
  private long halfClosed() throws IOException {
    String local = ":%04X".formatted(port());
    try (var lines = Files.lines(Path.of("/proc/self/net/tcp"))) {
      try (var more = Files.lines(Path.of("/proc/self/net/tcp6"))) {
        return Stream.concat(lines, more)
            .map(line -> line.strip().split("\\s+"))
            .filter(fields -> fields[1].endsWith(local) && fields[3].equals("08"))
            .count();
      }
    }
  }

  @Test
  void tellsTheSizeWhenAskedForTheHeadersAlone() {
    String id = id(api.run("printf 0123456789"));
    Reply reply =
        api.send(
            "HEAD",
            "/v1/runs/" + id + "/output?follow=true",
            java.net.http.HttpRequest.BodyPublishers.noBody());
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("Content-Length")).isEqualTo("10");
  }
}
