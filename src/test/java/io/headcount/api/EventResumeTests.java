package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Sse.Event;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that loses its connection at any byte has in the end exactly what the child wrote. */
@Timeout(120)
class EventResumeTests extends Service {
  private static final int EACH = 20_000_000;

  /** A stream that ends after so many bytes, as if the connection was lost. */
  private static final class Cut extends java.io.FilterInputStream {
    private long left;

    Cut(InputStream in, long left) {
      super(in);
      this.left = left;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = left <= 0 ? -1 : super.read(bytes, offset, (int) Math.min(length, left));
      left -= Math.max(0, read);
      return read;
    }
  }

  @Test
  void hasTheChildsBytesAfter12LostConnections(@TempDir Path folder) throws Exception {
    Random random = new Random(7);
    Map<String, String> written = new HashMap<>();
    for (String stream : new String[] {"stdout", "stderr"}) {
      byte[] bytes = new byte[EACH];
      random.nextBytes(bytes);
      Files.write(folder.resolve(stream), bytes);
      written.put(stream, sha256(MessageDigest.getInstance("SHA-256"), bytes));
    }
    String id =
        id(
            api.post(
                    "/v1/runs",
                    "{\"shell\": \"cat stdout & cat stderr >&2; wait\", \"cwd\": %s,"
                            .formatted(Client.quoted(folder.toString()))
                        + " \"output\": {\"retainBytes\": 100000000}}")
                .json());
    Map<String, MessageDigest> digests = new HashMap<>();
    digests.put("stdout", MessageDigest.getInstance("SHA-256"));
    digests.put("stderr", MessageDigest.getInstance("SHA-256"));
    String last = "";
    boolean ended = false;
    int connections = 0;
    while (!ended) {
      long bytes = ++connections <= 12 ? random.nextLong(3_000_000) : Long.MAX_VALUE;
      InputStream body = api.open("/v1/runs/" + id + "/events", "Last-Event-ID", last).body();
      try (Sse events = new Sse(new Cut(body, bytes))) {
        for (Event event = events.next(); event != null; event = events.next()) {
          assertThat(event.name()).isNotEqualTo("gap");
          last = event.id().isEmpty() ? last : event.id();
          ended = event.name().equals("end");
          if (event.name().equals("output")) {
            digests.get(event.data().path("stream").asString()).update(event.bytes());
          }
        }
      }
    }
    assertThat(connections).isEqualTo(13);
    digests.forEach((stream, digest) ->
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(written.get(stream)));
  }

  private static String sha256(MessageDigest digest, byte[] bytes) {
    return HexFormat.of().formatHex(digest.digest(bytes));
  }

  @Test
  void givesAStalledClientAGapAndAnotherEverything() throws Exception {
    String id =
        id(
            api.post(
                    "/v1/runs",
                    "{\"shell\": \"cat; head -c 60000000 /dev/zero\","
                        + " \"stdin\": {\"mode\": \"pipe\"}, \"output\": {\"retainBytes\": 2000000}}")
                .json());
    try (Socket stalled = new Socket(java.net.InetAddress.getLoopbackAddress(), port())) {
      stalled
          .getOutputStream()
          .write(
              ("GET /v1/runs/" + id + "/events HTTP/1.0\r\nHost: localhost\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = stalled.getInputStream();
      assertThat(in.read()).isEqualTo('H'); // and nothing more for now
      api.bytes("/v1/runs/" + id + "/stdin?eof=true", new byte[0]);
      long started = System.nanoTime();
      awaitState(id, "exited");
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(10));
      try (Sse other = new Sse(api.open("/v1/runs/" + id + "/events?offset=59000000").body())) {
        long seen =
            other.rest().stream()
                .filter(e -> e.isOutput("stdout"))
                .mapToLong(e -> e.bytes().length)
                .sum();
        assertThat(seen).isEqualTo(1_000_000);
      }
      long at = 0;
      long lost = 0;
      while (headers(in)) {}
      try (Sse events = new Sse(in)) {
        Event event = events.next();
        for (; event != null && !event.name().equals("end"); event = events.next()) {
          if (event.name().equals("gap")) {
            assertThat(event.data().path("from").asLong()).isEqualTo(at);
            assertThat(event.data().path("cause").asString()).isEqualTo("slow");
            lost += event.data().path("to").asLong() - at;
            at = event.data().path("to").asLong();
          } else if (event.name().equals("output")) {
            assertThat(event.data().path("offset").asLong()).isEqualTo(at);
            at += event.bytes().length;
          }
        }
        assertThat(event).as("end").isNotNull();
      }
      assertThat(at).isEqualTo(60_000_000);
      assertThat(lost).isPositive();
    }
  }

  private static boolean headers(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      line.append((char) c);
    }
    return !line.toString().isBlank();
  }
}
