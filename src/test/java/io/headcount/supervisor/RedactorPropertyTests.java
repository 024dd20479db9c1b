package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.output.StdStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** However the output is cut, what is shown is the output with every secret covered. */
class RedactorPropertyTests {

  @Property(tries = 5000)
  void coversEverySecretHoweverTheOutputIsCut(
      @ForAll("secrets") List<String> secrets,
      @ForAll("texts") String output,
      @ForAll("cuts") List<Integer> cuts) {
    Redactor redactor = new Redactor(secrets);
    ByteArrayOutputStream shown = new ByteArrayOutputStream();
    byte[] bytes = output.getBytes(StandardCharsets.UTF_8);
    int at = 0;
    int i = 0;
    while (at < bytes.length) {
      int length = Math.min(cuts.get(i++ % cuts.size()), bytes.length - at);
      write(shown, redactor.pass(StdStream.STDOUT, ByteBuffer.wrap(bytes, at, length)));
      at += length;
    }
    write(shown, redactor.rest(StdStream.STDOUT));
    assertThat(shown.toString(StandardCharsets.UTF_8)).isEqualTo(covered(output, secrets));
  }

  /** The plainest covering there is. */
  private static String covered(String output, List<String> secrets) {
    StringBuilder covered = new StringBuilder(output);
    for (String secret : secrets) {
      for (int i = 0; !secret.isEmpty() && i + secret.length() <= output.length(); i++) {
        if (output.startsWith(secret, i)) {
          covered.replace(i, i + secret.length(), "*".repeat(secret.length()));
        }
      }
    }
    return covered.toString();
  }

  private static void write(ByteArrayOutputStream shown, ByteBuffer bytes) {
    shown.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
  }

  @Test
  void holdsBackOnlyWhatMayBeTheBeginningOfASecret() {
    Redactor redactor = new Redactor(List.of("secret"));
    assertThat(shown(redactor, StdStream.STDOUT, "no secr")).isEqualTo("no ");
    assertThat(shown(redactor, StdStream.STDERR, "et")).isEqualTo("et");
    assertThat(shown(redactor, StdStream.STDOUT, "et, se")).isEqualTo("******, ");
    assertThat(shown(redactor, StdStream.STDOUT, "e")).isEqualTo("see");
  }

  /** The worst there is for a search that starts over: it would take minutes. */
  @Test
  void looksAtEachByteOnce() {
    Redactor redactor = new Redactor(List.of("a".repeat(65_535) + "b"));
    for (int i = 0; i < 64; i++) {
      String _ = shown(redactor, StdStream.STDOUT, "a".repeat(65_536));
    }
    assertThat(shown(redactor, StdStream.STDOUT, "b")).isEqualTo("*".repeat(65_536));
  }

  private static String shown(Redactor redactor, StdStream stream, String written) {
    ByteBuffer bytes = ByteBuffer.wrap(written.getBytes(StandardCharsets.UTF_8));
    String shown = StandardCharsets.UTF_8.decode(redactor.pass(stream, bytes)).toString();
    assertThat(bytes.hasRemaining()).isFalse();
    return shown;
  }

  @Provide
  Arbitrary<List<String>> secrets() {
    return Arbitraries.strings().withChars("ab").ofMaxLength(6).list().ofMinSize(1).ofMaxSize(3);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars("aabbc").ofMaxLength(60);
  }

  @Provide
  Arbitrary<List<Integer>> cuts() {
    return Arbitraries.integers().between(1, 9).list().ofMinSize(1).ofMaxSize(5);
  }
}
