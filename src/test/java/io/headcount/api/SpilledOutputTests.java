package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.test.context.TestPropertySource;

/** Output that is mostly on disk, over HTTP. */
@Timeout(120)
@TestPropertySource(properties = "headcount.defaults.spill-output=512MB")
class SpilledOutputTests extends Service {
  private static final int RECONNECTS = 12;

  private String start(String shell) {
    return id(
        api.post(
                "/v1/runs",
                "{\"shell\": \"%s\", \"output\": {\"retainBytes\": 65536}}".formatted(shell))
            .json());
  }

  @Test
  void everyWayOfReadingGivesTheSameBytesWhenTheyAreOnDisk() throws Exception {
    String id = start("seq 1 800000; seq 1 800000 >&2; seq 800001 1500000");
    awaitState(id, "exited");
    byte[] out = lines(1, 1_500_000);
    byte[] err = lines(1, 800_000);
    String path = "/v1/runs/" + id + "/output";
    Reply all = api.get(path);
    assertThat(all.header("Output-First")).isEqualTo("0");
    assertThat(all.body()).hasSize(out.length + err.length);
    assertThat(api.get(path + "?stream=stdout").body()).isEqualTo(out);
    assertThat(api.get(path + "?stream=stderr&follow=true").body()).isEqualTo(err);
    assertThat(api.get(path + "?stream=stdout&tail=7000000").body())
        .isEqualTo(Arrays.copyOfRange(out, out.length - 7_000_000, out.length));
    Random random = new Random(7);
    for (int i = 0; i < 20; i++) {
      int from = random.nextInt(err.length);
      int to = Math.min(from + random.nextInt(300_000), err.length - 1);
      Reply part = api.get(path + "?stream=stderr", "Range", "bytes=" + from + "-" + to);
      assertThat(part.status()).isEqualTo(206);
      assertThat(part.body()).isEqualTo(Arrays.copyOfRange(err, from, to + 1));
      Reply ofAll = api.get(path, "Range", "bytes=" + from + "-" + to);
      assertThat(ofAll.body()).isEqualTo(Arrays.copyOfRange(all.body(), from, to + 1));
    }
  }

  @Test
  void clientHasWhatTheChildWroteAfterTwelveReconnectsAtRandomBytes(@TempDir Path folder)
      throws Exception {
    String id =
        start(
            "cd '"
                + folder
                + "'; head -c 100000000 /dev/urandom | tee out & "
                + "head -c 100000000 /dev/urandom | tee err >&2; wait");
    CompletableFuture<String> out = reading(id, "stdout", 1);
    CompletableFuture<String> err = reading(id, "stderr", 2);
    String readOut = out.get(100, TimeUnit.SECONDS);
    String readErr = err.get(100, TimeUnit.SECONDS);
    awaitState(id, "exited");
    assertThat(readOut).isEqualTo(sha256(Files.newInputStream(folder.resolve("out"))));
    assertThat(readErr).isEqualTo(sha256(Files.newInputStream(folder.resolve("err"))));
    assertThat(api.get("/v1/runs/" + id).json().path("output").path("droppedBytes").asLong())
        .isZero();
  }

  private CompletableFuture<String> reading(String id, String stream, long seed) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return follow(id, stream, new Random(seed));
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        task -> Thread.ofPlatform().daemon().start(task));
  }

  /** Follows one stream, breaks off twelve times, and resumes at the byte it has. */
  private String follow(String id, String stream, Random random) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    long at = 0;
    for (int turn = 0; turn <= RECONNECTS; turn++) {
      long stop = turn == RECONNECTS ? Long.MAX_VALUE : at + random.nextInt(15_000_000);
      try (HttpClient client = HttpClient.newHttpClient()) {
        HttpRequest request =
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:%d/v1/runs/%s/output?follow=true&stream=%s"
                            .formatted(port(), id, stream)))
                .header("Range", "bytes=" + at + "-")
                .build();
        var reply = client.send(request, BodyHandlers.ofInputStream());
        try (InputStream body = reply.body()) {
          if (reply.statusCode() != 416) { // else it was broken off right at the end
            assertThat(reply.statusCode()).isEqualTo(206);
            at += take(body, stop - at, digest);
          }
        }
        client.shutdownNow();
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static long take(InputStream body, long most, MessageDigest digest) throws IOException {
    byte[] block = new byte[1 << 16];
    long taken = 0;
    while (taken < most) {
      int read = body.read(block, 0, (int) Math.min(block.length, most - taken));
      if (read < 0) {
        break;
      }
      digest.update(block, 0, read);
      taken += read;
    }
    return taken;
  }

  private static String sha256(InputStream stream) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (DigestInputStream in = new DigestInputStream(stream, digest)) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static byte[] lines(int from, int to) {
    return IntStream.rangeClosed(from, to)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining("\n", "", "\n"))
        .getBytes(StandardCharsets.US_ASCII);
  }
}
