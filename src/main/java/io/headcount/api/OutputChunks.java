package io.headcount.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.headcount.output.OutputRead;
import io.headcount.output.StdStream;
import io.swagger.v3.oas.annotations.media.Schema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a cursor reads into events of at most 16 KiB of one stream, in the order the bytes
 * came. A character is never split: its first bytes are held back until the others come, and go as
 * they are, in base64, when they never will.
 *
 * <p>Between two batches it has no buffer, only up to three bytes a stream. Not thread-safe.
 */
final class OutputChunks {
  /** Most bytes in an event. */
  static final int MOST = 1 << 14;

  private final String bootId;
  private final boolean text;
  private final Sink sink;
  private final Map<StdStream, HeldTail> held = new EnumMap<>(StdStream.class);
  private byte @Nullable [] chunk;
  private int size;
  private StdStream stream = StdStream.STDOUT;
  private long offset;
  private long position;

  /** Takes the events. */
  interface Sink {
    void output(Output event, EventId id) throws IOException;
  }

  /** The data of an {@code output} event: either text or base64. */
  @Schema(name = "OutputEvent")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Output(String stream, long offset, @Nullable String text, @Nullable String base64) {}

  /**
   * Starts at an id.
   *
   * @param from where to go on; what it holds back is delivered with what follows
   * @param text whether text is sent as such; else all is base64 and nothing is held back
   */
  OutputChunks(EventId from, boolean text, Sink sink) {
    this.bootId = from.bootId();
    this.position = from.offset();
    this.held.putAll(from.held());
    this.text = text;
    this.sink = sink;
  }

  /** How many bytes more the event that is being put together can take. */
  int room() {
    return MOST - size;
  }

  /** Whether there are bytes that wait to be sent, but for those held back. */
  boolean pending() {
    return size > 0;
  }

  /** Takes bytes that were read; at most {@link #room}. */
  void take(OutputRead.Bytes read, ByteBuffer bytes) throws IOException {
    if (size > 0 && stream != read.stream()) {
      cut();
    }
    byte[] target = chunk;
    if (target == null) {
      target = new byte[MOST + 3];
      chunk = target;
    }
    if (size == 0) {
      stream = read.stream();
      HeldTail tail = held.remove(stream);
      offset = tail == null ? read.offset() : tail.offset();
      size = tail == null ? 0 : tail.bytes().length;
      System.arraycopy(tail == null ? target : tail.bytes(), 0, target, 0, size);
    }
    bytes.get(target, size, read.length());
    size += read.length();
    position = read.offset() + read.length();
    if (size >= MOST) {
      cut();
    }
  }

  /** Sends what waits, but for an incomplete character. */
  void cut() throws IOException {
    byte[] bytes = chunk;
    if (size == 0 || bytes == null) {
      return;
    }
    int keep = text ? Utf8.incomplete(bytes, size) : 0;
    int length = size - keep;
    if (keep > 0) {
      byte[] tail = Arrays.copyOfRange(bytes, length, size);
      // What was held before stands at the front, so only all of it can be held again.
      held.put(stream, new HeldTail(length == 0 ? offset : position - keep, tail));
    }
    size = 0;
    if (length > 0) {
      send(stream, offset, bytes, length);
    }
  }

  /** Sends all, and gives the buffer back. */
  void idle() throws IOException {
    cut();
    chunk = null;
  }

  /** No more bytes will come that belong to those held back: sends these as they are. */
  void flush() throws IOException {
    cut();
    List<Map.Entry<StdStream, HeldTail>> tails =
        held.entrySet().stream()
            .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
            .sorted(Comparator.comparingLong(entry -> entry.getValue().offset()))
            .toList();
    for (Map.Entry<StdStream, HeldTail> entry : tails) {
      HeldTail tail = entry.getValue();
      held.remove(entry.getKey());
      send(entry.getKey(), tail.offset(), tail.bytes(), tail.bytes().length);
    }
  }

  /** Goes on behind a gap. */
  EventId skip(long to) throws IOException {
    flush();
    position = to;
    return id();
  }

  private void send(StdStream from, long at, byte[] bytes, int length) throws IOException {
    String decoded = text ? Utf8.decode(bytes, length) : null;
    String base64 =
        decoded == null ? Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, length)) : null;
    sink.output(new Output(from.label(), at, decoded, base64), id());
  }

  /**
   * Where to resume. It stays before bytes held back as long as nothing behind them was sent; if
   * something was, it has them in itself.
   */
  private EventId id() {
    long at = position;
    Map<StdStream, HeldTail> passed = new EnumMap<>(held);
    boolean moved = true;
    while (moved) {
      moved = false;
      for (StdStream one : StdStream.values()) {
        HeldTail tail = passed.get(one);
        if (tail != null && tail.endsAt(at)) {
          at = tail.offset();
          passed.remove(one);
          moved = true;
        }
      }
    }
    return new EventId(bootId, at, passed, false);
  }
}
