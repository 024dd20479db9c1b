package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.output.OutputRead;
import io.headcount.output.StdStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * Whatever comes in whatever pieces, what is sent is what came, and can be resumed at any event.
 */
class OutputChunksTests {

  /** What was written: bytes of one stream at a time. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Piece(StdStream stream, byte[] bytes, boolean idle) {}

  record Sent(OutputChunks.Output event, EventId id) {
    byte[] bytes() {
      return event.text() != null
          ? event.text().getBytes(StandardCharsets.UTF_8)
          : Base64.getDecoder().decode(event.base64());
    }
  }

  /** Two texts, each cut anywhere, that take turns. */
  @Provide
  Arbitrary<List<Piece>> interleaved() {
    Arbitrary<String> text =
        Arbitraries.of("a", "é", "€", "😀", "\u0800", "\uFFFD", "\n")
            .list()
            .ofMaxSize(30)
            .map(l -> String.join("", l));
    return text.flatMap(out ->
        text.flatMap(err ->
            Arbitraries.randomValue(random -> {
              Map<StdStream, ByteBuffer> left = new EnumMap<>(StdStream.class);
              left.put(StdStream.STDOUT, ByteBuffer.wrap(out.getBytes(StandardCharsets.UTF_8)));
              left.put(StdStream.STDERR, ByteBuffer.wrap(err.getBytes(StandardCharsets.UTF_8)));
              List<Piece> pieces = new ArrayList<>();
              while (left.values().stream().anyMatch(ByteBuffer::hasRemaining)) {
                StdStream stream = random.nextBoolean() ? StdStream.STDOUT : StdStream.STDERR;
                ByteBuffer rest = left.get(stream);
                byte[] bytes = new byte[Math.min(rest.remaining(), 1 + random.nextInt(3))];
                rest.get(bytes);
                if (bytes.length > 0) {
                  pieces.add(new Piece(stream, bytes, random.nextInt(3) == 0));
                }
              }
              return pieces;
            })));
  }

  @Property(tries = 1000)
  void textIsSentAsTextThoughItIsCutAnywhere(@ForAll("interleaved") List<Piece> pieces)
      throws IOException {
    List<Sent> sent = send(EventId.at("boot", 0), pieces, true);

    assertThat(sent).allMatch(one -> one.event().base64() == null);
    for (StdStream stream : StdStream.values()) {
      assertThat(bytes(sent, stream)).isEqualTo(written(pieces, stream));
    }
  }

  @Property(tries = 1000)
  void nothingIsLostOrDoubledWhenTheClientResumesAtAnyEvent(
      @ForAll("interleaved") List<Piece> pieces, @ForAll boolean text) throws IOException {
    List<Sent> all = send(EventId.at("boot", 0), pieces, text);
    for (int have = 1; have <= all.size(); have++) {
      EventId last = EventId.parse(all.get(have - 1).id().toString());
      List<Sent> resumed = new ArrayList<>(all.subList(0, have));
      resumed.addAll(send(last, pieces, text));
      for (StdStream stream : StdStream.values()) {
        assertThat(bytes(resumed, stream))
            .as("resumed at %s", last)
            .isEqualTo(written(pieces, stream));
      }
    }
  }

  @Property(tries = 500)
  void anyBytesArriveAndNoEventIsTooLong(
      @ForAll byte[] bytes, @ForAll @IntRange(min = 1, max = 40_000) int length)
      throws IOException {
    byte[] much = new byte[length];
    for (int i = 0; i < length && bytes.length > 0; i++) {
      much[i] = bytes[i % bytes.length];
    }
    List<Sent> sent =
        send(EventId.at("boot", 0), List.of(new Piece(StdStream.STDOUT, much, false)), true);

    assertThat(sent).allMatch(one -> one.bytes().length <= OutputChunks.MOST + 3);
    assertThat(bytes(sent, StdStream.STDOUT)).isEqualTo(much);
    assertThat(sent.getLast().id()).hasToString("boot." + length);
  }

  @Test
  void offsetIsThatOfTheFirstByteThoughTheOtherStreamWentOn() throws IOException {
    List<Sent> sent =
        send(
            EventId.at("boot", 0),
            List.of(
                new Piece(StdStream.STDOUT, new byte[] {'a', (byte) 0xC3}, true),
                new Piece(StdStream.STDERR, new byte[] {'b'}, true),
                new Piece(StdStream.STDOUT, new byte[] {(byte) 0xA9}, true)),
            true);

    assertThat(sent.stream().map(Sent::event))
        .containsExactly(
            new OutputChunks.Output("stdout", 0, "a", null),
            new OutputChunks.Output("stderr", 2, "b", null),
            new OutputChunks.Output("stdout", 1, "é", null));
    assertThat(sent.stream().map(one -> one.id().toString()))
        .containsExactly("boot.1", "boot.3.stdout-1-c3", "boot.4");
  }

  @Test
  void beginningsThatAreNeverEndedAreSentBeforeAGap() throws IOException {
    List<Sent> sent = new ArrayList<>();
    OutputChunks chunks =
        new OutputChunks(EventId.at("boot", 0), true, (event, id) -> sent.add(new Sent(event, id)));
    take(chunks, StdStream.STDOUT, 0, new byte[] {(byte) 0xE2, (byte) 0x82});
    chunks.idle();
    assertThat(sent).isEmpty();

    assertThat(chunks.skip(100)).hasToString("boot.100");
    assertThat(sent.getFirst().event().base64()).isEqualTo("4oI=");
    assertThat(sent.getFirst().id()).hasToString("boot.2");
  }

  /** Sends what lies behind an id, to the end. */
  private static List<Sent> send(EventId from, List<Piece> pieces, boolean text)
      throws IOException {
    List<Sent> sent = new ArrayList<>();
    OutputChunks chunks =
        new OutputChunks(from, text, (event, id) -> sent.add(new Sent(event, id)));
    long offset = 0;
    for (Piece piece : pieces) {
      int skip = Math.clamp(from.offset() - offset, 0, piece.bytes().length);
      byte[] rest = Arrays.copyOfRange(piece.bytes(), skip, piece.bytes().length);
      take(chunks, piece.stream(), offset + skip, rest);
      offset += piece.bytes().length;
      if (piece.idle()) {
        chunks.idle();
      }
    }
    chunks.flush();
    return sent;
  }

  private static void take(OutputChunks chunks, StdStream stream, long offset, byte[] bytes)
      throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      int length = Math.min(left.remaining(), chunks.room());
      long at = offset + left.position();
      chunks.take(new OutputRead.Bytes(stream, at, length, 0), left);
    }
  }

  private static byte[] bytes(List<Sent> sent, StdStream stream) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    sent.stream()
        .filter(one -> one.event().stream().equals(stream.label()))
        .forEach(one -> all.writeBytes(one.bytes()));
    return all.toByteArray();
  }

  private static byte[] written(List<Piece> pieces, StdStream stream) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    pieces.stream()
        .filter(piece -> piece.stream() == stream)
        .forEach(piece -> all.writeBytes(piece.bytes()));
    return all.toByteArray();
  }
}
