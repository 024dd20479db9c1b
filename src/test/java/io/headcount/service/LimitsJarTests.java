package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.linux.libc.Compilers;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each limit bites, with a program that takes all it gets; the sandbox holds; and a run beside them
 * goes on. One service of an ordinary user's for all.
 */
@Timeout(120)
class LimitsJarTests {
  private static final Pattern PID = Pattern.compile("\"pid\":(\\d+)");

  @TempDir private static Path folder;

  private static ServiceProcess service;
  private static String neighbour;

  @BeforeAll
  static void open() throws Exception {
    Compilers.build("eaters.c", folder.resolve("eaters"));
    Files.createDirectory(folder.resolve("room"));
    service = OrdinaryUser.start(folder, Map.of("HEADCOUNT_GUARDIAN", "off"));
    neighbour = service.shellReady("echo ready; while :; do echo tick; sleep 0.1; done");
  }

  /** All that the others did has left the neighbour alone, and nothing of theirs is there. */
  @AfterAll
  static void close() throws Exception {
    if (service == null) {
      return; // it did not start, which is told
    }
    try (ServiceProcess it = service) {
      long written = it.get("/v1/runs/" + neighbour + "/output").body().length();
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> it.get("/v1/runs/" + neighbour + "/output").body().length() > written);
      assertThat(it.get("/v1/runs/" + neighbour).body()).contains("\"state\":\"running\"");
      it.post("/v1/runs/" + neighbour + "/cancel", "{}", "Prefer", "wait=10");
      assertThat(it.carriers()).isEmpty();
      assertThat(it.manage("/actuator/headcount").body())
          .contains("\"live\":0", "\"pipe\":0", "\"pidfd\":0");
      killedServiceTakesThoseWithADeathSignalAlong(it);
    }
  }

  /** There is no guardian here. */
  private static void killedServiceTakesThoseWithADeathSignalAlong(ServiceProcess it)
      throws Exception {
    String sleep = "{\"argv\":[\"sleep\",\"60\"]";
    ProcessHandle survivor = leader(it, it.start(sleep + "}"));
    ProcessHandle victim =
        leader(it, it.start(sleep + ",\"security\":{\"parentDeathSignal\":\"SIGKILL\"}}"));
    it.signal("KILL");
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !victim.isAlive() || victim.info().command().isEmpty());
    assertThat(survivor.isAlive()).isTrue();
    survivor.destroyForcibly();
  }

  private static ProcessHandle leader(ServiceProcess it, String run) throws Exception {
    Matcher pid = PID.matcher(it.get("/v1/runs/" + run).body());
    assertThat(pid.find()).isTrue();
    return ProcessHandle.of(Long.parseLong(pid.group(1))).orElseThrow();
  }

  private static String run(String fields) throws Exception {
    String body = fields.replace("EATERS", folder.resolve("eaters").toString());
    HttpResponse<String> answer = service.post("/v1/runs", "{" + body + "}", "Prefer", "wait=60");
    return answer.body();
  }

  @Test
  void memoryIsRefusedToTheProgramThatTakesTooMuch() throws Exception {
    String run = run("\"argv\":[\"EATERS\",\"memory\"],\"limits\":{\"memoryBytes\":134217728}");

    assertThat(run).containsPattern("\"stdout\":\"ENOMEM after 1[012]\\d\\\\n\"");
    assertThat(run).contains("\"exitCode\":1,", "\"limitReached\":null");
  }

  @Test
  void forkBombStopsAtItsProcesses() throws Exception {
    String run = run("\"argv\":[\"EATERS\",\"processes\"],\"limits\":{\"processes\":300}");

    assertThat(run).containsPattern("\"stdout\":\"EAGAIN after [12]\\d\\d\\\\n\"");
    assertThat(run).contains("\"exitCode\":1,", "\"survivors\":[]");
  }

  @Test
  void fileThatGrowsTooLargeEndsItsWriterAndTheRunSaysWhy() throws Exception {
    String run =
        run("\"argv\":[\"EATERS\",\"file\",\"big\"],\"limits\":{\"fileSizeBytes\":1048576}");

    assertThat(run)
        .contains(
            "\"reason\":\"signal\"",
            "\"exitSignal\":\"SIGXFSZ\"",
            "\"limitReached\":\"fileSizeBytes\"");
    assertThat(Files.size(folder.resolve("big"))).isEqualTo(1 << 20);
  }

  @Test
  void processorTimeEndsTheRunAndItSaysWhy() throws Exception {
    String run = run("\"argv\":[\"EATERS\",\"processor\"],\"limits\":{\"cpuSeconds\":1}");

    assertThat(run)
        .contains("\"exitSignal\":\"SIGXCPU\"", "\"limitReached\":\"cpuSeconds\"")
        .as("the kernel counts ticks, and may be some of them early")
        .containsPattern("\"userMs\":(9\\d\\d|1\\d\\d\\d),");
  }

  @Test
  void whoIgnoresTheSignalOfProcessorTimeIsKilledASecondLater() throws Exception {
    String run = run("\"argv\":[\"EATERS\",\"processor\",\"on\"],\"limits\":{\"cpuSeconds\":1}");

    assertThat(run).contains("\"exitSignal\":\"SIGKILL\"", "\"limitReached\":null");
  }

  @Test
  void descriptorsAreRefusedPastTheLimit() throws Exception {
    String run = run("\"argv\":[\"EATERS\",\"descriptors\"],\"limits\":{\"openFiles\":32}");

    assertThat(run).contains("\"stdout\":\"EMFILE after 29\\n\"");
  }

  @ParameterizedTest
  @CsvSource({"'', 0", "'\"limits\":{\"coreBytes\":1048576},', 1024"})
  void crashLeavesNoCoreUnlessAskedFor(String limits, int blocks) throws Exception {
    assertThat(run(limits + "\"argv\":[\"bash\",\"-c\",\"ulimit -c\"]"))
        .contains("\"stdout\":\"" + blocks + "\\n\"");
    assertThat(run(limits + "\"cwd\":\"room\",\"argv\":[\"EATERS\",\"crash\"]"))
        .contains("\"exitSignal\":\"SIGABRT\"", "\"limitReached\":null");
    if (blocks == 0) {
      assertThat(folder.resolve("room").toFile().list((_, name) -> name.startsWith("core")))
          .isEmpty();
    }
  }

  @Test
  void limitThatCannotBeGivenIsATypedAnswer() throws Exception {
    assertThat(run("\"argv\":[\"true\"],\"limits\":{\"openFiles\":1125899906842624}"))
        .contains(
            "start-failed", "\"kind\":\"permission\"", "EPERM: limits.openFiles of 112589990");
  }

  @Test
  void privilegesAreNotGainedWhenAskedFor() throws Exception {
    String told = "\"argv\":[\"grep\",\"NoNewPrivs\",\"/proc/self/status\"]";
    assertThat(run(told)).contains("NoNewPrivs:\\t0");
    assertThat(run(told + ",\"security\":{\"noNewPrivs\":true}")).contains("NoNewPrivs:\\t1");
  }

  @Test
  void sandboxHasNoNetwork() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String call = "\"argv\":[\"EATERS\",\"call\",\"" + server.getLocalPort() + "\"]";
      assertThat(run(call)).contains("connected");
      assertThat(run(call + ",\"sandbox\":{\"network\":true}")).contains("connected");
      assertThat(run(call + ",\"sandbox\":{}"))
          .containsPattern("(ENETUNREACH|ECONNREFUSED) after 0");
    }
  }

  @Test
  void sandboxWritesToItsFolderAndItsOwnTmpOnly(@TempDir Path outside) throws Exception {
    String script =
        "touch inside && echo inside; touch ../beside; touch /tmp/own && echo tmp;"
            + " echo x >/dev/shm/own && echo shm; ls -A /run; touch /var/tmp/own || pwd";
    String told = run("\"cwd\":\"room\",\"sandbox\":{},\"shell\":\"" + script + "\"");

    assertThat(told)
        .contains(
            "\"stdout\":\"inside\\ntmp\\nshm\\n" + folder.toRealPath().resolve("room") + "\\n\"",
            "/var/tmp/own': Read-only file system");
    assertThat(folder.resolve("beside")).doesNotExist();
    assertThat(folder.resolve("room/inside")).exists();
    assertThat(Path.of("/tmp/own")).doesNotExist();
    assertThat(Path.of("/dev/shm/own")).doesNotExist();
    assertThat(run("\"sandbox\":{\"writable\":\"nothing\"},\"argv\":[\"touch\",\"beside\"]"))
        .contains("Read-only file system");
    assertThat(
            run(
                "\"cwd\":\"room\",\"sandbox\":{\"writable\":\"workspace\"},"
                    + "\"argv\":[\"touch\",\"../beside\"]"))
        .contains("\"exitCode\":0");
    assertThat(run("\"cwd\":\"" + outside + "\",\"sandbox\":{},\"argv\":[\"true\"]"))
        .contains("validation", "/cwd", "in the workspace");
  }

  @Test
  void sandboxLooksIntoNoOtherProcess() throws Exception {
    String look =
        "\"shell\":\"cat /proc/$PPID/environ >/dev/null && echo environment;"
            + " ls /proc/$PPID/root/tmp >/dev/null && echo files;"
            + " nsenter --target=$PPID --user --mount true && echo entered; echo end\"";

    // The service itself is opaque without a sandbox too (OpaqueJarTests).
    assertThat(run(look + ",\"sandbox\":{}")).contains("\"stdout\":\"end\\n\"");
    assertThat(run("\"sandbox\":{},\"argv\":[\"sh\",\"-c\",\"ls /dev\"]"))
        .contains(
            "\"stdout\":\"fd\\nfull\\nnull\\nrandom\\nshm\\nstderr\\nstdin\\nstdout"
                + "\\ntty\\nurandom\\nzero\\n\"");
  }

  @ParameterizedTest
  @CsvSource({
    "exit 137, '\"exitCode\":137,\"exitSignal\":null'",
    "exit 1, '\"exitCode\":1,\"exitSignal\":null'",
    "kill -SEGV $$, '\"exitCode\":null,\"exitSignal\":\"SIGSEGV\"'",
    "kill -KILL $$, '\"exitCode\":null,\"exitSignal\":\"SIGKILL\"'",
  })
  void exitFromASandboxIsAsTheKernelSaid(String line, String expected) throws Exception {
    assertThat(run("\"sandbox\":{},\"shell\":\"" + line + "\"")).contains(expected);
  }

  @Test
  void programThatASandboxDoesNotHaveIsNotFound(@TempDir Path hidden) throws Exception {
    Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path program = Files.copy(folder.resolve("eaters"), hidden.resolve("hidden"));

    assertThat(run("\"sandbox\":{},\"argv\":[\"" + program + "\",\"memory\"]"))
        .contains("start-failed", "\"kind\":\"not-found\"", "the sandbox has no " + program);
    assertThat(
            run(
                "\"sandbox\":{},\"env\":{\"PATH\":\"/usr/bin:/bin\"},\"argv\":[\"no-such-program\"]"))
        .contains(
            "start-failed",
            "\"kind\":\"not-found\"",
            "the sandbox has no /usr/bin/no-such-program");
  }

  @Test
  void treeInASandboxIsEndedWhole() throws Exception {
    String id =
        service.start(
            "{\"sandbox\":{},\"stop\":{\"graceMs\":200},\"shell\":\"trap '' TERM; (setsid sh -c"
                + " 'trap \\\"\\\" TERM; echo ready; sleep 60; sleep 60') & sleep 60; sleep 60\"}");
    Awaitility.await()
        .until(() -> service.get("/v1/runs/" + id + "/output").body().contains("ready"));
    assertThat(service.carriers()).hasSizeGreaterThan(2);

    HttpResponse<String> ended =
        service.post("/v1/runs/" + id + "/cancel", "{}", "Prefer", "wait=20");

    assertThat(ended.body()).contains("\"state\":\"exited\"", "\"survivors\":[]");
    assertThat(service.carriers())
        .as("the neighbour's alone")
        .allMatch(stat -> stat.contains("(sh)") || stat.contains("(sleep)"))
        .hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void whatCanBeHadIsShown() throws Exception {
    assertThat(service.get("/v1/info").body()).contains("\"sandbox\":\"yes\"");
  }
}
