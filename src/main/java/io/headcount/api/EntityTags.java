package io.headcount.api;

import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/** Compares entity tags weakly, as {@code If-None-Match} wants (RFC 9110, 13.1.2). */
final class EntityTags {
  private EntityTags() {}

  static boolean match(@Nullable Enumeration<String> headers, String tag) {
    while (headers != null && headers.hasMoreElements()) {
      for (String candidate : headers.nextElement().split(",", -1)) {
        String stripped = candidate.strip();
        if (stripped.equals("*") || opaque(stripped).equals(opaque(tag))) {
          return true;
        }
      }
    }
    return false;
  }

  private static String opaque(String tag) {
    return tag.startsWith("W/") ? tag.substring(2) : tag;
  }
}
