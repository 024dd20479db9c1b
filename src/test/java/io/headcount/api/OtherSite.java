package io.headcount.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A site of somebody else, and a real Chromium that visits its page. */
final class OtherSite implements AutoCloseable {
  private static final List<String> CHROMIUM =
      List.of(
          "chromium",
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--disable-breakpad",
          "--host-resolver-rules=MAP evil.test 127.0.0.1");

  private final HttpServer server;
  private final CompletableFuture<String> told = new CompletableFuture<>();

  /** Serves a page, whose script tells what it found by a POST to {@code /told}. */
  OtherSite(String page) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> answer(exchange, page));
    server.createContext(
        "/told",
        exchange -> {
          told.complete(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          answer(exchange, "");
        });
    server.start();
  }

  private static void answer(HttpExchange exchange, String html) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
    byte[] body = html.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Lets Chromium visit the page by a name of this machine, and returns what its script told. */
  JsonNode visit(String host) throws Exception {
    Path profile = Files.createTempDirectory("headcount-chromium");
    Process chromium =
        start(profile, "--remote-debugging-port=0", "http://" + host + ":" + port() + "/");
    try {
      return new JsonMapper().readTree(told.get(60, TimeUnit.SECONDS));
    } finally {
      end(chromium, profile);
    }
  }

  /** What Chromium shows of an address once its scripts are done. */
  static String dump(String url) throws Exception {
    Path profile = Files.createTempDirectory("headcount-chromium");
    Process chromium = start(profile, "--virtual-time-budget=10000", "--dump-dom", url);
    try {
      return new String(chromium.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      end(chromium, profile);
    }
  }

  private static Process start(Path profile, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(CHROMIUM);
    command.add("--user-data-dir=" + profile);
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  private static void end(Process chromium, Path profile) throws Exception {
    List<ProcessHandle> below = chromium.descendants().toList();
    chromium.destroyForcibly();
    below.forEach(ProcessHandle::destroyForcibly); // orphans of ours, which the adapter reaps
    chromium.waitFor();
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .until(() -> !FileSystemUtils.deleteRecursively(profile) || Files.notExists(profile));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
