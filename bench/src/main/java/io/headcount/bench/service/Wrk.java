package io.headcount.bench.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Debian's wrk: so many clients on one thread, each with a connection that it keeps and one request
 * at a time. It shares the processors with what is measured, and takes little of them.
 */
final class Wrk {
  private Wrk() {}

  /**
   * What came out.
   *
   * @param requests answered
   * @param rate requests a second
   * @param p50 milliseconds within which half of them were answered
   * @param p99 the same for 99 of 100
   */
  record Figures(long requests, double rate, double p50, double p99) {}

  /** Has a contender answer for a while before it counts, with as many clients as the target. */
  static void warm(Scene scene, Call call, int seconds) throws IOException, InterruptedException {
    if (seconds > 0) {
      load(scene.fresh("wrk"), call, scene.scale().target(), seconds);
    }
  }

  /**
   * Sends a request over and over.
   *
   * @throws IOException if any was not answered, or with another status than 2xx
   */
  static Figures load(Path folder, Call call, int clients, int seconds)
      throws IOException, InterruptedException {
    Path script = Files.createTempFile(folder, "wrk", ".lua");
    Files.writeString(
        script,
        """
        wrk.method = "%s"
        wrk.body = [==[%s]==]
        %s
        function done(summary, latency, requests)
          local errors = summary.errors
          print(string.format("figures %%d %%d %%f %%f %%d", summary.requests, summary.duration,
            latency:percentile(50), latency:percentile(99),
            errors.connect + errors.read + errors.write + errors.status + errors.timeout))
        end
        """
            .formatted(
                call.method(),
                call.body(),
                call.headers().entrySet().stream()
                    .map(header ->
                        "wrk.headers[\"%s\"] = \"%s\"".formatted(header.getKey(), header.getValue()))
                    .collect(Collectors.joining("\n"))));
    Process wrk;
    try {
      wrk =
          new ProcessBuilder(
                  List.of(
                      "wrk",
                      "--threads=1",
                      "--connections=" + clients,
                      "--duration=" + seconds + "s",
                      "--timeout=30s",
                      "--script=" + script,
                      call.uri().toString()))
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw new IOException("expected wrk; bench/install installs it", e);
    }
    String said = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = wrk.waitFor();
    Files.delete(script);
    String[] figures =
        said.lines()
            .filter(line -> line.startsWith("figures "))
            .findFirst()
            .orElseThrow(() -> new IOException("wrk failed with exit status " + status + ":\n" + said))
            .split(" ");
    long requests = Long.parseLong(figures[1]);
    if (requests == 0 || !figures[5].equals("0")) {
      throw new IOException(
          call.uri() + ": " + requests + " answers and " + figures[5] + " failures:\n" + said);
    }
    double took = Double.parseDouble(figures[2]) / 1e6;
    return new Figures(
        requests,
        requests / took,
        Double.parseDouble(figures[3]) / 1e3,
        Double.parseDouble(figures[4]) / 1e3);
  }
}
