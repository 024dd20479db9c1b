package io.headcount.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One range of a {@code Range: bytes=...} header (RFC 9110, 14.1.2). */
sealed interface ByteRange {

  /** From a byte on, to another one (inclusive) or to the end. */
  record From(long first, @Nullable Long last) implements ByteRange {}

  /** The last so many bytes. */
  record Suffix(long length) implements ByteRange {}

  /** The syntax; what does not match it is ignored. */
  Pattern SYNTAX = Pattern.compile("bytes\\s*=\\s*(\\d*)\\s*-\\s*(\\d*)");

  /**
   * Reads a header. Several ranges, another unit and nonsense are ignored, as the RFC allows or
   * wants.
   *
   * @return null where the header is to be ignored
   */
  static @Nullable ByteRange parse(@Nullable String header) {
    Matcher match = SYNTAX.matcher(header == null ? "" : header.strip());
    if (!match.matches()) {
      return null;
    }
    String first = match.group(1);
    String last = match.group(2);
    if (first.isEmpty()) {
      return last.isEmpty() ? null : new Suffix(number(last));
    }
    if (last.isEmpty()) {
      return new From(number(first), null);
    }
    return number(last) < number(first) ? null : new From(number(first), number(last));
  }

  /** What is too large for a long is as good as the largest. */
  private static long number(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
