package io.headcount.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Sends bytes that need be no HTTP, and reads the first answer. */
final class RawHttp {
  private static final int PATIENCE_MILLIS = 150;
  private static final int LAST_MILLIS = 20_000;

  /**
   * An answer.
   *
   * @param status 0 when the connection was closed without one
   * @param head the status line and the headers
   * @param body whole where the status is an error, else empty
   */
  record Answer(int status, String head, String body) {
    /**
     * Whether the answer was lost: what closes a connection before it has read all that came resets
     * it, and the client's kernel may then drop what it had received.
     */
    boolean isReset() {
      return status == 0 && head.startsWith("reset");
    }

    List<String> headers(String name) {
      return head.lines()
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .toList();
    }
  }

  /**
   * Sends a request. If no answer comes, the sending side is closed: whatever the request promised,
   * nothing more comes.
   */
  static Answer send(int port, byte[] request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      try {
        socket.getOutputStream().write(request);
      } catch (SocketException e) {
        // It was refused before it was sent whole; the answer is there already.
      }
      try {
        return read(socket, Arrays.equals(request, 0, 5, bytes("HEAD "), 0, 5));
      } catch (SocketException e) {
        return new Answer(0, "reset: " + e.getMessage(), "");
      }
    }
  }

  private static Answer read(Socket socket, boolean bodiless) throws IOException {
    String head;
    do {
      head = head(socket);
    } while (head.startsWith("HTTP/1.1 100"));
    if (!head.matches("(?s)HTTP/1\\.[01] \\d{3}.*")) {
      return new Answer(0, head, "");
    }
    Answer answer = new Answer(Integer.parseInt(head.substring(9, 12)), head, "");
    return bodiless || answer.status() < 400
        ? answer
        : new Answer(answer.status(), head, body(socket, answer));
  }

  private static String head(Socket socket) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    socket.setSoTimeout(PATIENCE_MILLIS);
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next;
      try {
        next = socket.getInputStream().read();
      } catch (SocketTimeoutException e) {
        if (socket.isOutputShutdown()) {
          return "no answer within " + LAST_MILLIS + " ms after " + head;
        }
        socket.shutdownOutput();
        socket.setSoTimeout(LAST_MILLIS);
        continue;
      }
      if (next < 0) {
        return "closed after " + head;
      }
      head.write(next);
    }
    socket.setSoTimeout(LAST_MILLIS);
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  private static String body(Socket socket, Answer answer) throws IOException {
    InputStream in = socket.getInputStream();
    if (!answer.headers("Content-Length").isEmpty()) {
      int length = Integer.parseInt(answer.headers("Content-Length").getFirst());
      return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }
    if (answer.headers("Transfer-Encoding").isEmpty()) {
      return answer.headers("Connection").contains("close")
          ? new String(in.readAllBytes(), StandardCharsets.UTF_8)
          : "";
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = size(in); size > 0; size = size(in)) {
      body.write(in.readNBytes(size));
      in.skipNBytes(2);
    }
    return body.toString(StandardCharsets.UTF_8);
  }

  private static int size(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    while (!line.toString().endsWith("\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the answer ends within a chunk");
      }
      line.append((char) next);
    }
    return Integer.parseInt(line.toString().strip(), 16);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private RawHttp() {}
}
