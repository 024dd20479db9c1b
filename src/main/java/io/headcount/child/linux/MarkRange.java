package io.headcount.child.linux;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@link Marks} of one life of the service.
 *
 * @param first the least
 * @param last the greatest
 */
record MarkRange(long first, long last) {
  /** Nobody has one of these. */
  static final MarkRange NONE = new MarkRange(Marks.NONE, Marks.NONE);

  private static final Pattern TEXT = Pattern.compile("(\\d{1,19})-(\\d{1,19})");

  boolean isEmpty() {
    return last == Marks.NONE;
  }

  boolean contains(long mark) {
    return mark != Marks.NONE && first <= mark && mark <= last;
  }

  /** For a record; empty if nobody has one. */
  String text() {
    return isEmpty() ? "" : first + "-" + last;
  }

  /** Reads what {@link #text} wrote; of anything else nobody has one. */
  static MarkRange parse(String text) {
    Matcher found = TEXT.matcher(text);
    try {
      return found.matches()
          ? new MarkRange(Long.parseLong(found.group(1)), Long.parseLong(found.group(2)))
          : NONE;
    } catch (NumberFormatException e) {
      return NONE;
    }
  }
}
