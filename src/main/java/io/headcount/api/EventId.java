package io.headcount.api;

import io.headcount.output.StdStream;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The id of an event of a run: {@code <boot>.<offset>}, where to resume. Everything before that
 * offset was delivered, but for a character of one stream that is incomplete while bytes of the
 * other, which lie behind it, were delivered: then the id has its bytes, {@code
 * .<stream>-<offset>-<hex>}. The id of the last event ends in {@code .end}.
 *
 * @param bootId the life of the service whose offsets these are
 * @param offset of the next byte
 * @param held the incomplete character of each stream, where there is one before the offset
 * @param end whether nothing comes after it
 */
record EventId(String bootId, long offset, Map<StdStream, HeldTail> held, boolean end) {
  private static final String TAIL = "\\.(stdout|stderr)-(\\d{1,18})-((?:[0-9a-f]{2}){1,3})";
  private static final Pattern ID =
      Pattern.compile("([0-9A-Za-z-]{1,64})\\.(\\d{1,18})((?:" + TAIL + "){0,2}|\\.end)");
  private static final Pattern ONE_TAIL = Pattern.compile(TAIL);

  /** The id of a place between two bytes, at which nothing is held back. */
  static EventId at(String bootId, long offset) {
    return new EventId(bootId, offset, Map.of(), false);
  }

  /** The id of the last event. */
  static EventId end(String bootId, long offset) {
    return new EventId(bootId, offset, Map.of(), true);
  }

  /**
   * Reads what a client sends back.
   *
   * @param text null or empty when it has none yet
   * @throws SupervisorException.Invalid if it is none that the service can have sent
   */
  static @Nullable EventId parse(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    Matcher whole = ID.matcher(text);
    if (!whole.matches()) {
      throw invalid(text);
    }
    long offset = Long.parseLong(whole.group(2));
    Map<StdStream, HeldTail> held = new EnumMap<>(StdStream.class);
    Matcher tail = ONE_TAIL.matcher(whole.group(3));
    while (tail.find()) {
      StdStream stream = tail.group(1).equals("stdout") ? StdStream.STDOUT : StdStream.STDERR;
      byte[] bytes = HexFormat.of().parseHex(tail.group(3));
      HeldTail one = new HeldTail(Long.parseLong(tail.group(2)), bytes);
      if (Utf8.incomplete(bytes, bytes.length) != bytes.length
          || one.offset() + bytes.length > offset
          || held.put(stream, one) != null) {
        throw invalid(text);
      }
    }
    return new EventId(whole.group(1), offset, held, whole.group(3).equals(".end"));
  }

  private static SupervisorException.Invalid invalid(String text) {
    return new SupervisorException.Invalid(
        List.of(
            new Violation(
                "/Last-Event-ID",
                "expected the id of an event, as in 9f86d08188.1024, got "
                    + RunRequests.quote(text))));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(bootId).append('.').append(offset);
    held.forEach((stream, tail) ->
        text.append('.')
            .append(stream.label())
            .append('-')
            .append(tail.offset())
            .append('-')
            .append(HexFormat.of().formatHex(tail.bytes())));
    return end ? text.append(".end").toString() : text.toString();
  }
}
