package io.headcount.chart;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** As much of the API of Kubernetes as helm asks for before it installs: kinds, and one Secret. */
final class Cluster implements AutoCloseable {
  private static final String SECRET = "/api/v1/namespaces/default/secrets/";

  private final HttpServer server;
  private final Map<String, String> answers;

  private Cluster(HttpServer server, Map<String, String> answers) {
    this.server = server;
    this.answers = answers;
  }

  /** A cluster with a Secret that an earlier release of this name has made. */
  static Cluster with(String release, String secret, Map<String, String> data) {
    String kept =
        """
        {"kind": "Secret", "apiVersion": "v1", "data": {%s}, "metadata": {
          "name": "%s", "namespace": "default", "labels": {"app.kubernetes.io/managed-by": "Helm"},
          "annotations": {"meta.helm.sh/release-name": "%s",
                          "meta.helm.sh/release-namespace": "default"}}}
        """
            .formatted(
                data.entrySet().stream()
                    .map(entry -> "\"%s\": \"%s\"".formatted(entry.getKey(), entry.getValue()))
                    .collect(Collectors.joining(", ")),
                secret,
                release);
    Map<String, String> answers =
        Map.of(
            "/version",
            "{\"major\": \"1\", \"minor\": \"33\", \"gitVersion\": \"v1.33.0\"}",
            "/api",
            "{\"kind\": \"APIVersions\", \"versions\": [\"v1\"]}",
            "/apis",
            "{\"kind\": \"APIGroupList\", \"groups\": [{\"name\": \"apps\", \"versions\":"
                + " [{\"groupVersion\": \"apps/v1\", \"version\": \"v1\"}]}]}",
            "/api/v1",
            kinds("v1", List.of("Secret", "Service", "ServiceAccount", "Pod")),
            "/apis/apps/v1",
            kinds("apps/v1", List.of("Deployment")),
            SECRET + secret,
            kept);
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      Cluster cluster = new Cluster(server, answers);
      var _ = server.createContext("/", cluster::answer);
      server.start();
      return cluster;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String kinds(String version, List<String> kinds) {
    return kinds.stream()
        .map(kind ->
            "{\"name\": \"%ss\", \"kind\": \"%s\", \"namespaced\": true, \"verbs\": [\"get\"]}"
                .formatted(kind.toLowerCase(java.util.Locale.ROOT), kind))
        .collect(
            Collectors.joining(
                ", ",
                "{\"kind\": \"APIResourceList\", \"groupVersion\": \"%s\", \"resources\": ["
                    .formatted(version),
                "]}"));
  }

  private void answer(HttpExchange exchange) throws IOException {
    String found = answers.get(exchange.getRequestURI().getPath());
    byte[] body =
        (found == null
                ? "{\"kind\": \"Status\", \"status\": \"Failure\", \"reason\": \"NotFound\", \"code\": 404}"
                : found)
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(found == null ? 404 : 200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** The chart as helm would give it to this cluster. */
  Manifests template(String... options) {
    String address = "http://127.0.0.1:" + server.getAddress().getPort();
    return Helm.template(
        Stream.concat(
                Stream.of(
                    "--dry-run=server",
                    "--disable-openapi-validation",
                    "--kube-apiserver=" + address),
                Stream.of(options))
            .toArray(String[]::new));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
