package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.output.StdStream;
import io.headcount.supervisor.SupervisorException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class EventIdTests {
  private static final byte[] SMILE = "😀".getBytes(StandardCharsets.UTF_8);

  @Property(tries = 500)
  void whatIsSentIsReadBack(
      @ForAll @LongRange(min = 10, max = 1L << 53) long offset,
      @ForAll @IntRange(max = 3) int out,
      @ForAll @IntRange(max = 3) int err,
      @ForAll boolean end) {
    Map<StdStream, HeldTail> held = new EnumMap<>(StdStream.class);
    if (!end) {
      hold(held, StdStream.STDOUT, offset - 10, out);
      hold(held, StdStream.STDERR, offset - 5, err);
    }
    EventId sent = new EventId("9f86d08188", offset, held, end);
    EventId read = EventId.parse(sent.toString());

    assertThat(read.bootId()).isEqualTo("9f86d08188");
    assertThat(read.offset()).isEqualTo(offset);
    assertThat(read.end()).isEqualTo(end);
    assertThat(read.held().keySet()).isEqualTo(held.keySet());
    held.forEach((stream, tail) -> {
      assertThat(read.held().get(stream).offset()).isEqualTo(tail.offset());
      assertThat(read.held().get(stream).bytes()).isEqualTo(tail.bytes());
    });
    assertThat(read).hasToString(sent.toString());
  }

  private static void hold(Map<StdStream, HeldTail> held, StdStream stream, long at, int bytes) {
    if (bytes > 0) {
      held.put(stream, new HeldTail(at, Arrays.copyOf(SMILE, bytes)));
    }
  }

  @Test
  void saysWhatTheDocumentSays() {
    EventId id = EventId.parse("9f86d08188.6.stdout-0-e282");

    assertThat(id.offset()).isEqualTo(6);
    assertThat(id.held().get(StdStream.STDOUT).bytes()).containsExactly(0xE2, 0x82);
    assertThat(EventId.at("boot", 7)).hasToString("boot.7");
    assertThat(EventId.end("boot", 7)).hasToString("boot.7.end");
  }

  @ParameterizedTest
  @NullAndEmptySource
  void isNoneWhenNothingIsSent(String text) {
    assertThat(EventId.parse(text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "boot",
        "boot.",
        "boot.-1",
        "boot.1234567890123456789",
        "boot.6.end.end",
        "boot.6.stdout-0-e282.end",
        "boot.6.stdin-0-e2",
        "boot.6.stdout-0-",
        "boot.6.stdout-0-E2",
        "boot.6.stdout-0-e",
        "boot.6.stdout-0-f09f9880", // all of it
        "boot.6.stdout-0-41", // a character
        "boot.6.stdout-0-eda0", // the beginning of none
        "boot.6.stdout-0-41c3", // more than a beginning
        "boot.6.stdout-5-e282", // beyond the offset
        "boot.6.stdout-0-e2.stdout-2-e2", // twice
        "boot.6.stdout-0-e2.stderr-2-e2.stdout-3-e2",
        "bo ot.6",
        "boot.6\n"
      })
  void isRefusedWhenTheServiceCannotHaveSentIt(String text) {
    assertThatThrownBy(() -> EventId.parse(text)).isInstanceOf(SupervisorException.Invalid.class);
  }
}
