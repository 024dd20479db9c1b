package io.headcount.api;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** A request before it is sent. Nothing in it need be as HTTP wants it. */
final class Draft {
  String method;
  String path;
  String query = "";
  String version = "HTTP/1.1";
  String lineEnd = "\r\n";
  final List<String> headers = new ArrayList<>(List.of("Host: localhost"));
  byte[] body;

  /** False when a header says, rightly or not, how long the body is. */
  boolean tellsLength = true;

  Draft(String method, String path, byte[] body) {
    this.method = method;
    this.path = path;
    this.body = body;
  }

  void header(String name, String value) {
    headers.add(name + ": " + value);
  }

  /** In the place of those of the same name. */
  void only(String name, String value) {
    headers.removeIf(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1));
    header(name, value);
  }

  void query(String pair) {
    query += (query.isEmpty() ? "?" : "&") + pair;
  }

  /** A character is a byte. */
  byte[] bytes() {
    StringBuilder head = new StringBuilder();
    head.append(method).append(' ').append(path).append(query);
    head.append(version.isEmpty() ? "" : " ").append(version).append(lineEnd);
    headers.forEach(line -> head.append(line).append(lineEnd));
    if (tellsLength && body.length > 0) {
      head.append("Content-Length: ").append(body.length).append(lineEnd);
    }
    head.append(lineEnd);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(RawHttp.bytes(head.toString()));
    all.writeBytes(body);
    return all.toByteArray();
  }
}
