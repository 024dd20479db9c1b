package io.headcount.api;

import java.time.Duration;
import java.util.Enumeration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code Prefer: wait=N} (RFC 7240). What cannot be read is as good as absent. */
final class Preferences {
  private static final Pattern WAIT =
      Pattern.compile("wait\\s*=\\s*(?:\"(\\d{1,9})\"|(\\d{1,9}))\\s*(?:;.*)?");

  private Preferences() {}

  /**
   * How long a client would wait.
   *
   * @param headers every {@code Prefer} header there is; the first wait counts
   * @param most what a longer wait is cut to
   * @return null without such a preference
   */
  static @Nullable Duration wait(@Nullable Enumeration<String> headers, Duration most) {
    while (headers != null && headers.hasMoreElements()) {
      for (String preference : headers.nextElement().split(",", -1)) {
        Matcher match = WAIT.matcher(preference.strip().toLowerCase(Locale.ROOT));
        if (match.matches()) {
          String seconds = match.group(1) == null ? match.group(2) : match.group(1);
          Duration wanted = Duration.ofSeconds(Long.parseLong(seconds));
          return wanted.compareTo(most) < 0 ? wanted : most;
        }
      }
    }
    return null;
  }
}
