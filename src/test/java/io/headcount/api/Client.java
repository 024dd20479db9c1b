package io.headcount.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of the service, as a stranger would write it; without a token unless it is given one.
 */
record Client(HttpClient http, URI base, String token) {
  private static final JsonMapper JSON = new JsonMapper();

  static Client of(int port) {
    HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    return new Client(http, URI.create("http://127.0.0.1:" + port), "");
  }

  /** Over TLS, as whoever the certificate says. */
  static Client of(int port, SSLContext tls) {
    HttpClient http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls).build();
    return new Client(http, URI.create("https://localhost:" + port), "");
  }

  /** The same, with a bearer token. */
  Client with(String bearer) {
    return new Client(http, base, bearer);
  }

  /** An answer, whole. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Reply(int status, java.net.http.HttpHeaders headers, byte[] body) {
    JsonNode json() {
      return JSON.readTree(body);
    }

    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    String header(String name) {
      return headers.firstValue(name).orElse(null);
    }

    String code() {
      return json().path("code").asString();
    }

    /** The pointers of a problem's errors. */
    List<String> pointers() {
      return json().path("errors").valueStream().map(e -> e.path("pointer").asString()).toList();
    }
  }

  Reply get(String path, String... headers) {
    return send("GET", path, BodyPublishers.noBody(), headers);
  }

  Reply delete(String path) {
    return send("DELETE", path, BodyPublishers.noBody());
  }

  Reply post(String path, String json, String... headers) {
    return json("POST", path, json, headers);
  }

  Reply put(String path, String json, String... headers) {
    return json("PUT", path, json, headers);
  }

  Reply bytes(String path, byte[] body, String... headers) {
    return send("POST", path, BodyPublishers.ofByteArray(body), headers);
  }

  /** Starts a run of a shell line and returns it. */
  JsonNode start(String shell) {
    return post("/v1/runs", "{\"shell\": %s}".formatted(quoted(shell))).json();
  }

  /** Starts a run of a shell line, waits for its exit, and returns it with its output. */
  JsonNode run(String shell) {
    return post("/v1/runs", "{\"shell\": %s}".formatted(quoted(shell)), "Prefer", "wait=20").json();
  }

  /** What the service counts under a name and its labels, if this is its management port. */
  double meter(String series) {
    String begin = series + " ";
    return get("/actuator/prometheus")
        .text()
        .lines()
        .filter(line -> line.startsWith(begin))
        .mapToDouble(line -> Double.parseDouble(line.substring(begin.length())))
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no " + series));
  }

  static String quoted(String text) {
    return JSON.writeValueAsString(text);
  }

  /** Opens a stream and leaves it open. */
  HttpResponse<InputStream> open(String path, String... headers) {
    return exchange(
        request("GET", path, BodyPublishers.noBody(), headers), BodyHandlers.ofInputStream());
  }

  Reply send(String method, String path, BodyPublisher body, String... headers) {
    HttpResponse<byte[]> response =
        exchange(request(method, path, body, headers), BodyHandlers.ofByteArray());
    return new Reply(response.statusCode(), response.headers(), response.body());
  }

  private Reply json(String method, String path, String json, String... headers) {
    String[] all = new String[headers.length + 2];
    all[0] = "Content-Type";
    all[1] = "application/json";
    System.arraycopy(headers, 0, all, 2, headers.length);
    return send(method, path, BodyPublishers.ofString(json), all);
  }

  private HttpRequest request(String method, String path, BodyPublisher body, String... headers) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofSeconds(60))
            .method(method, body);
    if (headers.length > 0) {
      builder.headers(headers);
    }
    if (!token.isEmpty()) {
      builder.header("Authorization", "Bearer " + token);
    }
    return builder.build();
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return http.send(request, handler);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
