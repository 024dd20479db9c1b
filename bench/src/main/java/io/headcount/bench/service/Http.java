package io.headcount.bench.service;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Requests that are not measured: that a contender is there, and what is to be set up. */
final class Http {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** A machine with much else to do may take long to start a JVM. */
  private static final Duration START = Duration.ofMinutes(2);

  private static final long LOOK_MILLIS = 5;

  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(TIMEOUT)
          .build();

  private Http() {}

  /**
   * Sends it.
   *
   * @return the body of the answer
   */
  static String send(Call call) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(call.uri())
            .timeout(TIMEOUT)
            .method(call.method(), BodyPublishers.ofString(call.body()));
    call.headers().forEach(request::header);
    HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(response + ": " + response.body());
    }
    return response.body();
  }

  /** Asks until there is an answer, whatever it is. */
  static void awaitAnswer(Server server, int port, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(TIMEOUT)
            .build();
    long deadline = System.nanoTime() + START.toNanos();
    while (true) {
      try {
        // Costs less than a request that fails, while what starts needs the processor.
        new Socket("127.0.0.1", port).close();
        CLIENT.send(request, BodyHandlers.discarding());
        return;
      } catch (IOException e) {
        if (!server.isAlive() || System.nanoTime() > deadline) {
          throw new IOException("no answer on " + path + ":\n" + server.log(), e);
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
    }
  }
}
