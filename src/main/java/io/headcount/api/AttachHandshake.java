package io.headcount.api;

import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.socket.WebSocketExtension;

/**
 * What a client must send to open a WebSocket (RFC 6455, 4.2.1). The framework looks too, but
 * answers without a problem document.
 */
final class AttachHandshake {
  private static final String VERSION = "Sec-WebSocket-Version";
  private static final String OURS = "13";
  private static final int KEY_BYTES = 16;

  /**
   * Refuses what is no handshake.
   *
   * @throws AttachRefusedException if it is none, or one of another version
   * @throws SupervisorException.Invalid if it does not offer the protocol
   */
  static void check(HttpServletRequest request, HttpServletResponse response, String protocol) {
    if (!request.getMethod().equals("GET")
        || !"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
      throw malformed("Expected a WebSocket handshake (RFC 6455), got a plain request.");
    }
    if (tokens(request, HttpHeaders.CONNECTION).noneMatch("upgrade"::equalsIgnoreCase)) {
      throw malformed("Expected a header Connection: Upgrade beside Upgrade: websocket.");
    }
    if (!OURS.equals(request.getHeader(VERSION))) {
      response.setHeader(VERSION, OURS);
      response.setHeader(HttpHeaders.UPGRADE, "websocket");
      throw new AttachRefusedException(
          ProblemCode.UPGRADE_REQUIRED, "Expected a header Sec-WebSocket-Version: 13.");
    }
    if (!isKey(request.getHeader("Sec-WebSocket-Key"))) {
      throw malformed("Expected a header Sec-WebSocket-Key with 16 bytes in base64.");
    }
    if (!areExtensions(Collections.list(request.getHeaders("Sec-WebSocket-Extensions")))) {
      throw malformed("Expected extensions in Sec-WebSocket-Extensions, or no such header.");
    }
    if (tokens(request, "Sec-WebSocket-Protocol").noneMatch(protocol::equals)) {
      throw new SupervisorException.Invalid(
          List.of(
              new Violation(
                  "/Sec-WebSocket-Protocol", "expected " + protocol + " among the protocols")));
    }
  }

  private static Stream<String> tokens(HttpServletRequest request, String header) {
    return Collections.list(request.getHeaders(header)).stream()
        .flatMap(line -> Arrays.stream(line.split(",", -1)))
        .map(String::strip);
  }

  private static boolean isKey(@Nullable String text) {
    try {
      return text != null && Base64.getDecoder().decode(text.strip()).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The framework's parser throws whatever comes at what it cannot read. */
  private static boolean areExtensions(List<String> lines) {
    try {
      lines.forEach(WebSocketExtension::parseExtensions);
      return true;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return false;
    }
  }

  private static AttachRefusedException malformed(String message) {
    return new AttachRefusedException(ProblemCode.MALFORMED, message);
  }

  private AttachHandshake() {}
}
