package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8Tests {

  @Property(tries = 2000)
  void textThatIsCutAnywhereIsTextBeforeItsLastCharacter(
      @ForAll @IntRange(max = 0x10FFFF) int character, @ForAll String before) {
    String text = clean(before) + Character.toString(isSurrogate(character) ? 'x' : character);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int start = text.offsetByCodePoints(text.length(), -1);
    int whole = text.substring(0, start).getBytes(StandardCharsets.UTF_8).length;

    assertThat(Utf8.incomplete(bytes, bytes.length)).isZero();
    assertThat(Utf8.decode(bytes, bytes.length)).isEqualTo(text);
    for (int cut = whole + 1; cut < bytes.length; cut++) {
      assertThat(Utf8.incomplete(bytes, cut)).isEqualTo(cut - whole);
      assertThat(Utf8.decode(bytes, cut)).isNull();
    }
  }

  /** All that there is: of what ends in up to three bytes, exactly those wait that can be ended. */
  @Property(tries = 5000)
  void bytesWaitIfAndOnlyIfOthersMakeThemACharacter(
      @ForAll @IntRange(max = 255) int first,
      @ForAll @IntRange(min = 0x70, max = 0xD0) int second,
      @ForAll @IntRange(min = 0x70, max = 0xD0) int third,
      @ForAll @IntRange(min = 1, max = 3) int length) {
    byte[] bytes = {(byte) first, (byte) second, (byte) third};
    byte[] tail = Arrays.copyOf(bytes, length);

    assertThat(Utf8.incomplete(tail, length) == length).isEqualTo(canBeEnded(tail));
  }

  @ParameterizedTest
  @CsvSource({
    "41, 0",
    "C3, 1",
    "E2, 1",
    "E282, 2",
    "F0, 1",
    "F09F, 2",
    "F09F98, 3",
    "41F09F98, 3",
    // No character begins like this: overlong, a surrogate, beyond the last, a stray continuation.
    "C0, 0",
    "C1, 0",
    "E080, 0",
    "EDA0, 0",
    "F080, 0",
    "F490, 0",
    "F5, 0",
    "FF, 0",
    "80, 0",
    "8080, 0",
    "808080, 0",
    "C3A9, 0",
    "C3A980, 0",
    "E282AC80, 0"
  })
  void onlyTheBeginningOfACharacterIsIncomplete(String hex, int expected) {
    byte[] bytes = HexFormat.of().parseHex(hex);

    assertThat(Utf8.incomplete(bytes, bytes.length)).isEqualTo(expected);
  }

  /** Asks the JDK: whether any continuation bytes make it valid. */
  private static boolean canBeEnded(byte[] start) {
    for (int more = 1; more <= 4 - start.length; more++) {
      for (int next : new int[] {0x80, 0x90, 0xA0, 0xBF}) {
        byte[] whole = Arrays.copyOf(start, start.length + more);
        Arrays.fill(whole, start.length, whole.length, (byte) 0x80);
        whole[start.length] = (byte) next;
        String text = Utf8.decode(whole, whole.length);
        if (text != null && text.codePointCount(0, text.length()) == 1) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isSurrogate(int character) {
    return character >= 0xD800 && character <= 0xDFFF;
  }

  private static String clean(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
