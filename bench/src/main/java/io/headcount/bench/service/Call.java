package io.headcount.bench.service;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;

/**
 * A request that is sent as it is, many times over.
 *
 * @param headers values by name; a name or value has no quotes in it
 * @param body empty for none
 */
record Call(String method, URI uri, Map<String, String> headers, String body) {
  static Call json(int port, String path, String body) {
    return new Call("POST", at(port, path), Map.of("Content-Type", "application/json"), body);
  }

  static Call get(int port, String path) {
    return new Call("GET", at(port, path), Map.of(), "");
  }

  private static URI at(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  Call with(String header, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(header, value);
    return new Call(method, uri, more, body);
  }
}
