package io.headcount.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads server-sent events as the standard says; an event that was cut off does not count. */
final class Sse implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final InputStream in;
  private final byte[] block = new byte[1 << 15];
  private int at;
  private int end;
  private int comments;
  private String retry = "";

  /** One event. The id is its own, empty if it has none. */
  record Event(String name, String id, JsonNode data) {
    byte[] bytes() {
      return data.has("text")
          ? data.path("text").asString().getBytes(StandardCharsets.UTF_8)
          : Base64.getDecoder().decode(data.path("base64").asString());
    }

    boolean isOutput(String stream) {
      return name.equals("output") && data.path("stream").asString().equals(stream);
    }
  }

  Sse(InputStream in) {
    this.in = in;
  }

  int comments() {
    return comments;
  }

  String retry() {
    return retry;
  }

  /** The next event, null when the stream is over or was cut. */
  Event next() throws IOException {
    String name = "";
    String id = "";
    StringBuilder data = new StringBuilder();
    while (true) {
      String line = line();
      if (line == null) {
        return null;
      } else if (line.isEmpty()) {
        if (!data.isEmpty()) {
          return new Event(name, id, JSON.readTree(data.toString()));
        }
      } else if (line.startsWith(":")) {
        comments++;
      } else if (line.startsWith("event: ")) {
        name = line.substring(7);
      } else if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("data: ")) {
        data.append(line, 6, line.length());
      } else if (line.startsWith("retry: ")) {
        retry = line.substring(7);
      } else {
        throw new AssertionError("unexpected line: " + line);
      }
    }
  }

  /** The next event of a name; others are passed over. */
  Event next(String name) throws IOException {
    for (Event event = next(); event != null; event = next()) {
      if (event.name().equals(name)) {
        return event;
      }
    }
    throw new AssertionError("the stream ended before an event " + name);
  }

  /** All events to the end of the stream. */
  List<Event> rest() throws IOException {
    List<Event> events = new ArrayList<>();
    for (Event event = next(); event != null; event = next()) {
      events.add(event);
    }
    return events;
  }

  /** Waits until so many comments were seen, and refuses any event before. */
  void awaitComments(int wanted) throws IOException {
    while (comments < wanted) {
      String line = line();
      if (line == null || !(line.isEmpty() || line.startsWith(":"))) {
        throw new AssertionError("expected a comment, got " + line);
      }
      comments += line.startsWith(":") ? 1 : 0;
    }
  }

  /** Waits until the answer has begun. */
  void awaitRetry() throws IOException {
    while (retry.isEmpty()) {
      String line = line();
      retry = line.startsWith("retry: ") ? line.substring(7) : "";
    }
  }

  private String line() throws IOException {
    java.io.ByteArrayOutputStream line = new java.io.ByteArrayOutputStream();
    while (true) {
      for (int i = at; i < end; i++) {
        if (block[i] == '\n') {
          line.write(block, at, i - at);
          at = i + 1;
          return line.toString(StandardCharsets.UTF_8);
        }
      }
      line.write(block, at, end - at);
      at = 0;
      end = Math.max(0, in.read(block));
      if (end == 0) {
        return null;
      }
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
