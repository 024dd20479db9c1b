package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the packaged service is started must not change what its children get. */
@Timeout(180)
class StartJarTests {
  private static final Pattern IGNORED = Pattern.compile("SigIgn:\\\\t([0-9a-f]{16})");

  /**
   * openclaw 77750: a daemon has no standard input to inherit. SIGCHLD ignored loses every exit.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "exec $SERVICE <&-",
        "exec $SERVICE <&- >&- 2>&-",
        "trap '' CHLD; exec $SERVICE",
        "trap '' HUP PIPE INT QUIT USR1; exec $SERVICE"
      })
  void childrenAreWhatTheyShouldBeHoweverTheServiceWasStarted(String line, @TempDir Path folder)
      throws Exception {
    try (ServiceProcess service = ServiceProcess.start(folder, line, Map.of())) {
      String shell =
          "cat; ls /proc/self/fd | tr '\\\\n' ' '; grep -E 'SigBlk|SigIgn' /proc/self/status; exit 7";

      HttpResponse<String> answer =
          service.post("/v1/runs", "{\"shell\":\"" + shell + "\"}", "Prefer", "wait=20");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body())
          .contains("\"exitCode\":7")
          .contains("\"stdout\":\"0 1 2 3 SigBlk:\\t0000000000000000\\nSigIgn:\\t");
      Matcher ignored = IGNORED.matcher(answer.body());
      assertThat(ignored.find()).isTrue();
      assertThat(Long.parseUnsignedLong(ignored.group(1), 16)).isZero();
    }
  }

  @Test
  void descriptorsReturnToTheBaselineAfterRunsOverHttp(@TempDir Path folder) throws Exception {
    try (ServiceProcess service = ServiceProcess.start(folder, Map.of())) {
      runMany(service, 20);
      int before = descriptors(service);

      runMany(service, 200);

      assertThat(service.carriers()).isEmpty();
      assertThat(service.manage("/actuator/headcount").body())
          .contains("\"pipe\":0")
          .contains("\"pidfd\":0")
          .contains("\"liveChildren\":0");
      assertThat(descriptors(service)).isLessThanOrEqualTo(before + 2);
    }
  }

  private static void runMany(ServiceProcess service, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      List<String> bodies =
          List.of(
              "{\"argv\":[\"echo\",\"x\"]}",
              "{\"argv\":[\"no-such-command\"]}",
              "{\"argv\":[\"sleep\",\"9\"],\"timeoutMs\":1}",
              "{\"argv\":[\"cat\"],\"stdin\":{\"mode\":\"inline\",\"text\":\"x\"}}");
      HttpResponse<String> answer =
          service.post("/v1/runs", bodies.get(i % 4), "Prefer", "wait=20");
      assertThat(answer.statusCode()).isEqualTo(i % 4 == 1 ? 422 : 200);
    }
  }

  private static int descriptors(ServiceProcess service) {
    return new File("/proc/" + service.pid() + "/fd").list().length;
  }

  @Test
  void blankAddressIsRefusedForItWouldBeEveryInterface(@TempDir Path folder) throws Exception {
    assertThat(refusal(folder, "--server.address="))
        .contains("server.address is blank", "127.0.0.1", "HEADCOUNT_SERVER_ADDRESS");
  }

  @Test
  void managementPortThatIsTheServicesOwnIsRefused(@TempDir Path folder) throws Exception {
    Map<String, String> ports =
        Map.of("HEADCOUNT_SERVER_PORT", "18080", "HEADCOUNT_MANAGEMENT_PORT", "18080");
    assertThat(refusal(folder, ports))
        .contains("management.server.port", "18080", "HEADCOUNT_MANAGEMENT_PORT", "-1")
        .doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--server.address=0.0.0.0",
        "--server.address=::",
        "--management.server.address=0.0.0.0"
      })
  void addressThatOthersReachIsRefusedWithoutCredentials(String argument, @TempDir Path folder)
      throws Exception {
    assertThat(refusal(folder, argument))
        .contains(
            argument.substring(2, argument.indexOf('=')) + " is",
            "HEADCOUNT_SECURITY_TOKENS_FILE",
            "headcount.security.tokens-file",
            "name role sha256:<digest>",
            "HEADCOUNT_SECURITY_JWT_ISSUER_URI")
        .doesNotContain("\tat ");
  }

  @Test
  void fileOfPlainTokensIsRefusedWithoutShowingThem(@TempDir Path folder) throws Exception {
    String token = "a-plain-token-that-somebody-wrote-down";
    Path file = Files.writeString(folder.resolve("tokens"), "# mine\nme admin " + token + "\n");
    assertThat(refusal(folder, "--headcount.security.tokens-file=" + file))
        .contains(file + " line 2", "sha256sum")
        .doesNotContain(token);
  }

  @Test
  void listensForOthersWithCredentialsAndAsksThemForOne(@TempDir Path folder) throws Exception {
    String token = "0123456789abcdef".repeat(2);
    Path file = folder.resolve("tokens");
    String line =
        "echo \"me admin sha256:$(printf %s " + token + " | sha256sum | cut -d' ' -f1)\" >$FILE;";
    Map<String, String> env =
        Map.of(
            "FILE", file.toString(),
            "HEADCOUNT_SERVER_ADDRESS", "0.0.0.0",
            "HEADCOUNT_SECURITY_TOKENS_FILE", file.toString());
    try (ServiceProcess service = ServiceProcess.start(folder, line + " exec $SERVICE", env)) {
      assertThat(service.get("/v1/runs").statusCode()).isEqualTo(401);
      String[] header = {"Authorization", "Bearer " + token};
      assertThat(service.post("/v1/runs", "{\"argv\":[\"true\"]}", header).statusCode())
          .isEqualTo(201);
      assertThat(service.manage("/actuator/health/liveness").statusCode()).isEqualTo(200);
      assertThat(service.log()).doesNotContain(token);
    }
  }

  @Test
  void unknownAdapterIsRefusedWithTheKeyTheValueAndWhatWasExpected(@TempDir Path folder)
      throws Exception {
    assertThat(refusal(folder, "--headcount.child.adapter=windows"))
        .contains("headcount.child.adapter", "windows");
  }

  /** From a file, the environment and the command line, in one answer. */
  @Test
  void settingsThatDoNotExistAreRefusedWithTheNearestThatDo(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("more.yaml"), "headcount:\n  limits:\n    max-live-run: 7\n");
    assertThat(
            refusal(
                folder,
                Map.of("HEADCOUNT_SHUTDOWN_DRIAN", "5s", "HEADCOUNT_RUN", "x"),
                "--spring.config.additional-location=" + file,
                "--headcount.sweeep=off"))
        .contains(
            "headcount.limits.max-live-run (",
            "more.yaml] - 3:19)",
            "the nearest that exists is headcount.limits.max-live-runs",
            "HEADCOUNT_SHUTDOWN_DRIAN (System Environment",
            "the nearest that exists is HEADCOUNT_SHUTDOWN_DRAIN",
            "headcount.sweeep",
            "the nearest that exists is headcount.sweep")
        .doesNotContain("HEADCOUNT_RUN", "event=", "\tat ");
  }

  private static String refusal(Path folder, String argument) throws Exception {
    return refusal(folder, Map.of(), argument);
  }

  private static String refusal(Path folder, Map<String, String> environment, String... arguments)
      throws Exception {
    Path console = folder.resolve("console");
    List<String> command = new ArrayList<>(ServiceProcess.command());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(console.toFile());
    builder.environment().putAll(environment);
    assertThat(builder.start().waitFor()).isEqualTo(1);
    return Files.readString(console);
  }
}
