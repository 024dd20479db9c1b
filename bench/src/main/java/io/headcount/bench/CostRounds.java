package io.headcount.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The fifth part: what it costs to know who calls and to judge what may run. The service without
 * credentials and the same with a file of tokens and a policy with rules, both alive, take turns at
 * being asked by wrk: for looking at a run, and for starting one and waiting for it. Requests a
 * second, and the processor time of the service a request, which other work on the machine hardly
 * touches.
 */
final class CostRounds {
  /** With callers and a policy at least this part of the rate without. */
  private static final double PROMISED = 0.95;

  private static final int TOKENS = 20;
  private static final String TOKEN = "the-last-token-of-the-file-".repeat(2);
  private static final Pattern RATE = Pattern.compile("Requests/sec:\\s*([0-9.]+)");
  private static final Pattern COUNT = Pattern.compile("(\\d+) requests in");
  private static final Pattern FAILED = Pattern.compile("Non-2xx or 3xx responses: \\d+");

  private final Options options;
  private final Map<Work, Taken> open = new EnumMap<>(Work.class);
  private final Map<Work, Taken> secured = new EnumMap<>(Work.class);

  /** What is asked for over and over. */
  private enum Work {
    LOOK("GET /v1/runs/{id}"),
    RUN("POST /v1/runs, waited for");

    private final String label;

    Work(String label) {
      this.label = label;
    }
  }

  /** The figures of all rounds: requests a second, and microseconds of processor time of each. */
  private record Taken(List<Double> rates, List<Double> micros) {
    Taken() {
      this(new ArrayList<>(), new ArrayList<>());
    }
  }

  CostRounds(Options options) {
    this.options = options;
    for (Work work : Work.values()) {
      open.put(work, new Taken());
      secured.put(work, new Taken());
    }
  }

  void run() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("headcount-cost");
    try (Service plain = Service.start(command());
        Service strict = Service.start(command(strict(folder)))) {
      for (Service service : List.of(plain, strict)) {
        look(service.port());
        for (Work work : Work.values()) {
          load(folder, service, work, options.warmUpSeconds(), new Taken());
        }
      }
      for (int round = 1; round <= options.rounds(); round++) {
        for (Work work : Work.values()) {
          boolean plainFirst = round % 2 == 1;
          take(folder, plainFirst ? plain : strict, work, plainFirst ? open : secured);
          take(folder, plainFirst ? strict : plain, work, plainFirst ? secured : open);
          System.err.printf(
              "cost round %d of %d, %s: %.0f/s without, %.0f/s with%n",
              round,
              options.rounds(),
              work.label,
              open.get(work).rates.getLast(),
              secured.get(work).rates.getLast());
        }
      }
    } finally {
      try (Stream<Path> all = Files.walk(folder)) {
        all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      }
    }
  }

  private List<String> command(String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Jvm.java(),
                "-Xms512m",
                "-Xmx512m",
                "-jar",
                options.jar().toString(),
                "--server.port=0",
                "--management.server.port=0",
                "--headcount.retention.max-runs=200"));
    command.addAll(List.of(more));
    return command;
  }

  /** The token that calls is the last of the file; each rule names a program that is another. */
  private static String[] strict(Path folder) throws IOException {
    Path tokens = folder.resolve("tokens");
    Files.write(
        tokens,
        IntStream.rangeClosed(1, TOKENS)
            .mapToObj(i ->
                "caller%d runner sha256:%s"
                    .formatted(i, digest(i == TOKENS ? TOKEN : "another-token-" + i)))
            .toList());
    return new String[] {
      "--headcount.security.tokens-file=" + tokens,
      "--headcount.policy.shell=deny",
      "--headcount.policy.executables.allow=/usr/bin/*,/bin/*,/usr/local/bin/*",
      "--headcount.policy.executables.deny=/usr/bin/python*,/usr/bin/perl*,/usr/bin/ssh"
    };
  }

  private static String digest(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(token.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes the run that is looked at. */
  private static void look(int port) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> made =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/runs/looked-at"))
                  .header("Authorization", "Bearer " + TOKEN)
                  .header("Content-Type", "application/json")
                  .PUT(HttpRequest.BodyPublishers.ofString("{\"argv\": [\"sleep\", \"100000\"]}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (made.statusCode() != 201) {
        throw new IllegalStateException(made + ": " + made.body());
      }
    }
  }

  private void take(Path folder, Service service, Work work, Map<Work, Taken> figures)
      throws IOException, InterruptedException {
    load(folder, service, work, options.seconds(), figures.get(work));
  }

  /** Both send the same bytes; who knows no callers ignores the token. */
  private static void load(Path folder, Service service, Work work, int seconds, Taken figures)
      throws IOException, InterruptedException {
    Path script = folder.resolve("wrk.lua");
    Files.writeString(
        script,
        switch (work) {
          case LOOK -> "";
          case RUN ->
              """
              wrk.method = "POST"
              wrk.body = '{"argv": ["true"]}'
              wrk.headers["Content-Type"] = "application/json"
              wrk.headers["Prefer"] = "wait=20"
              """;
        });
    double before = service.processorSeconds();
    Process wrk =
        new ProcessBuilder(
                "wrk",
                "--threads=1",
                "--connections=8",
                "--duration=" + Math.max(1, seconds) + "s",
                "--timeout=30s",
                "--script=" + script,
                "--header=Authorization: Bearer " + TOKEN,
                "http://127.0.0.1:%d/v1/runs%s"
                    .formatted(service.port(), work == Work.LOOK ? "/looked-at" : ""))
            .redirectErrorStream(true)
            .start();
    String said = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher rate = RATE.matcher(said);
    Matcher count = COUNT.matcher(said);
    if (wrk.waitFor() != 0 || !rate.find() || !count.find() || FAILED.matcher(said).find()) {
      throw new IOException("wrk (Debian: wrk) did not get what it asked for:\n" + said);
    }
    figures.rates.add(Double.parseDouble(rate.group(1)));
    double taken = service.processorSeconds() - before;
    figures.micros.add(taken * 1e6 / Double.parseDouble(count.group(1)));
  }

  String table() {
    Table table =
        new Table(
            "Without and with " + TOKENS + " tokens and a policy, 8 clients",
            List.of("", "/s without", "/s with", "with/without", "us without", "us with", "with/without"));
    for (Work work : Work.values()) {
      Taken without = open.get(work);
      Taken with = secured.get(work);
      table.row(
          work.label,
          Table.whole(Median.of(without.rates)),
          Table.whole(Median.of(with.rates)),
          Table.ratio(Median.ofRatios(with.rates, without.rates)),
          Table.whole(Median.of(without.micros)),
          Table.whole(Median.of(with.micros)),
          Table.ratio(Median.ofRatios(with.micros, without.micros)));
    }
    return table.toString();
  }

  boolean keepsPromise() {
    return Median.ofRatios(secured.get(Work.LOOK).rates, open.get(Work.LOOK).rates).middle()
        >= PROMISED;
  }
}
