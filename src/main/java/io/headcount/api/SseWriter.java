package io.headcount.api;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes server-sent events (WHATWG HTML, 9.2), each with one line of JSON, and a comment now and
 * then, so that neither side takes silence for a broken connection. Not thread-safe.
 */
final class SseWriter {
  private static final byte[] RETRY = ascii("retry: 1000\n\n");
  private static final byte[] COMMENT = ascii(":\n\n");

  private final OutputStream out;
  private final JsonMapper json;
  private final long heartbeatNanos;
  private long nextHeartbeat;

  /** Starts the answer. */
  SseWriter(HttpServletResponse response, JsonMapper json, Duration heartbeat) throws IOException {
    describe(response);
    this.out = response.getOutputStream();
    this.json = json;
    this.heartbeatNanos = heartbeat.toNanos();
    this.nextHeartbeat = System.nanoTime() + heartbeatNanos;
    out.write(RETRY);
  }

  static void describe(HttpServletResponse response) {
    response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
    response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    response.setHeader("X-Accel-Buffering", "no");
    response.setHeader("X-Content-Type-Options", "nosniff");
  }

  /**
   * Writes an event.
   *
   * @param id where to resume after it; null leaves that as it was
   */
  void event(String name, @Nullable String id, Object data) throws IOException {
    out.write(ascii(id == null ? "event: " + name : "id: " + id + "\nevent: " + name));
    out.write(ascii("\ndata: "));
    out.write(json.writeValueAsBytes(data));
    out.write(ascii("\n\n"));
  }

  /** Writes a comment if it is time for one. */
  void heartbeat() throws IOException {
    if (untilHeartbeat() <= 0) {
      nextHeartbeat = System.nanoTime() + heartbeatNanos;
      out.write(COMMENT);
    }
  }

  /** Nanoseconds until the next comment. */
  long untilHeartbeat() {
    return nextHeartbeat - System.nanoTime();
  }

  void flush() throws IOException {
    out.flush();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
