package io.headcount.api;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What UTF-8 (RFC 3629) says of bytes that come in pieces. */
final class Utf8 {
  private Utf8() {}

  /** The text of bytes, null if they are not UTF-8. */
  static @Nullable String decode(byte[] bytes, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  /**
   * How many bytes at the end, 0 to 3, are the beginning of a character whose other bytes may still
   * come. The beginning of what can be no character counts as none.
   */
  static int incomplete(byte[] bytes, int length) {
    for (int back = 1; back <= Math.min(3, length); back++) {
      int lead = bytes[length - back] & 0xFF;
      if ((lead & 0xC0) != 0x80) {
        return back < size(lead) && (back < 2 || fits(lead, bytes[length - back + 1] & 0xFF))
            ? back
            : 0;
      }
    }
    return 0;
  }

  /** How long the character is that a byte begins; 0 if it begins none. */
  private static int size(int lead) {
    if (lead < 0xC2 || lead > 0xF4) {
      return lead < 0x80 ? 1 : 0;
    }
    return lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  }

  /** Whether a continuation byte may be the second one: no overlong form, no surrogate. */
  private static boolean fits(int lead, int second) {
    return switch (lead) {
      case 0xE0 -> second >= 0xA0;
      case 0xED -> second < 0xA0;
      case 0xF0 -> second >= 0x90;
      case 0xF4 -> second < 0x90;
      default -> true;
    };
  }
}
