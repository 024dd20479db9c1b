package io.headcount.bench.service;

import io.headcount.bench.report.Measure;
import io.headcount.bench.report.Report;
import io.headcount.bench.report.Section;
import io.headcount.bench.report.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What it costs to know who calls and to judge what may run: the service without credentials, and
 * the same with a file of tokens and a policy, both alive, take turns.
 */
final class CostRounds {
  private static final int TOKENS = 20;
  private static final String TOKEN = "the-last-token-of-the-file-".repeat(2);
  private static final String WITHOUT = "without credentials";
  private static final String WITH = TOKENS + " tokens and a policy";
  private static final String LOOKED_AT = "/v1/runs/looked-at";

  private static final Section SECTION =
      new Section(
          "Service: callers and policy",
          "The service, as the image has it, without credentials and with a file of tokens, of which the last one calls, and a policy: no"
              + " shell, programs that are allowed and others that are denied. Both are up and warm, are sent the same bytes by wrk, and are"
              + " measured in turn, the one that is first changing with the round. Processor time is the service's and its children's, a request.",
          WITHOUT,
          null);

  private static final Measure LOOKS =
      Measure.higher(SECTION.title(), "GET /v1/runs/{id}", "requests/s");
  private static final Measure LOOK_CPU =
      Measure.lower(SECTION.title(), "GET /v1/runs/{id}, processor time", "us");
  private static final Measure RUNS =
      Measure.higher(SECTION.title(), "run and return output", "requests/s");
  private static final Measure RUN_CPU =
      Measure.lower(SECTION.title(), "run and return output, processor time", "us");

  static final List<Target> TARGETS =
      List.of(
          Target.atLeast(
              0.95,
              "cost-look",
              "GET /v1/runs/{id} with tokens and policy, of the rate without",
              report -> report.ratio(LOOKS, WITH, WITHOUT)),
          Target.atLeast(
              0.95,
              "cost-run",
              "run and return output with tokens and policy, of the rate without",
              report -> report.ratio(RUNS, WITH, WITHOUT)));

  private final Scene scene;
  private final Report report;

  CostRounds(Scene scene, Report report) {
    this.scene = scene;
    this.report = report;
  }

  void run() throws IOException, InterruptedException {
    report.section(SECTION);
    Headcount open = new Headcount(WITHOUT, true);
    Headcount strict = new Headcount(WITH, true, settings());
    try (Running plain = open.start(scene, Contender.Sitting.NONE);
        Running judged = strict.start(scene, Contender.Sitting.NONE)) {
      List<Side> sides = List.of(new Side(WITHOUT, plain), new Side(WITH, judged));
      for (Side side : sides) {
        Http.send(side.toLookAt(scene.sitter(false)));
        int seconds = scene.scale().warmUpSeconds();
        Wrk.warm(scene, side.run(), seconds);
        Wrk.warm(scene, side.look(), seconds);
      }
      for (int round = 1; round <= scene.scale().rounds(); round++) {
        for (Side side : round % 2 == 1 ? sides : sides.reversed()) {
          measure(round, side, side.look(), LOOKS, LOOK_CPU);
        }
        for (Side side : round % 2 == 1 ? sides : sides.reversed()) {
          measure(round, side, side.run(), RUNS, RUN_CPU);
        }
      }
    }
  }

  private void measure(int round, Side side, Call call, Measure rate, Measure cpu)
      throws IOException, InterruptedException {
    Server server = side.running.server();
    double before = server.cpuMicros();
    Wrk.Figures figures =
        Wrk.load(scene.fresh("wrk"), call, scene.scale().target(), scene.scale().seconds());
    report.add(round, rate, side.name, figures.rate());
    report.add(round, cpu, side.name, (server.cpuMicros() - before) / figures.requests());
  }

  /** One of the two. Who knows no callers ignores the token. */
  private record Side(String name, Running running) {
    private static Call known(Call call) {
      return call.with("Authorization", "Bearer " + TOKEN);
    }

    private int port() {
      return running.run().uri().getPort();
    }

    Call toLookAt(Path program) {
      Call start = Call.json(port(), LOOKED_AT, "{\"argv\": [\"" + program + "\"]}");
      return known(new Call("PUT", start.uri(), start.headers(), start.body()));
    }

    Call look() {
      return known(Call.get(port(), LOOKED_AT));
    }

    Call run() {
      return known(running.run());
    }
  }

  private String[] settings() throws IOException {
    Path tokens = scene.fresh("tokens").resolve("tokens");
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
      "--headcount.policy.executables.allow=/usr/bin/*,/bin/*,"
          + scene.sitter(false)
          + ","
          + scene.say(),
      "--headcount.policy.executables.deny=/usr/bin/python*,/usr/bin/perl*,/usr/bin/ssh"
    };
  }

  private static String digest(String token) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
