package io.headcount.security;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The names by which the service may be called. A page whose name was made to point here (DNS
 * rebinding) calls it by the page's name.
 */
final class Hosts {
  private static final String ANY = "*";

  private final Set<String> names;

  /**
   * Takes the names beside the loopback ones and the address that a connection came to.
   *
   * @param names with {@code *.} before one: whatever ends in it; {@code *} alone: any
   */
  Hosts(Set<String> names) {
    this.names =
        names.stream()
            .map(name -> name.strip().toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
  }

  /**
   * Whether a request may be answered.
   *
   * @param header its {@code Host}
   * @param localAddress what its connection came to
   */
  boolean allow(@Nullable String header, String localAddress) {
    if (names.contains(ANY)) {
      return true;
    }
    String name = header == null ? "" : name(header);
    if (name.isEmpty()) {
      return false;
    }
    InetAddress literal = literal(name);
    return literal == null
        ? isLoopback(name) || names.contains(name) || hasSuffix(name)
        : literal.isLoopbackAddress()
            || literal.equals(literal(localAddress))
            || names.contains(name);
  }

  private static boolean isLoopback(String name) {
    return name.equals("localhost") || name.endsWith(".localhost");
  }

  private boolean hasSuffix(String name) {
    int dot = name.indexOf('.');
    while (dot >= 0) {
      if (names.contains("*" + name.substring(dot))) {
        return true;
      }
      dot = name.indexOf('.', dot + 1);
    }
    return false;
  }

  /** Without port, brackets and the root's dot. */
  private static String name(String header) {
    String host = header.strip().toLowerCase(Locale.ROOT);
    if (host.startsWith("[")) {
      int end = host.indexOf(']');
      return end < 0 ? "" : host.substring(1, end);
    }
    int colon = host.indexOf(':');
    String name = colon < 0 ? host : host.substring(0, colon);
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  private static @Nullable InetAddress literal(String text) {
    int zone = text.indexOf('%');
    try {
      return InetAddress.ofLiteral(zone < 0 ? text : text.substring(0, zone));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
