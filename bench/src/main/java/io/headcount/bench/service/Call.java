package io.headcount.bench.service;

import java.net.URI;
import java.util.Map;

/**
 * A POST request that is sent as it is, many times over.
 *
 * @param headers values by name; a name or value has no quotes in it
 */
record Call(URI uri, Map<String, String> headers, String body) {
  static Call json(int port, String path, String body) {
    return new Call(
        URI.create("http://127.0.0.1:" + port + path),
        Map.of("Content-Type", "application/json"),
        body);
  }
}
