package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a delegated cgroup adds, with a real one and an ordinary user's service. Every fault in one
 * has {@link FaultsJarTests}.
 */
@Timeout(240)
class CgroupJarTests {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Known by nothing but its cgroup: no session, parent, mark or environment. */
  private static final String LOST =
      "setsid bash -c '(ulimit -x 0; exec env -i setsid sleep 300 </dev/null >/dev/null 2>&1 &)'";

  @TempDir private Path folder;
  private DelegatedCgroup cgroup;
  private int services;

  @BeforeEach
  void delegate() throws Exception {
    cgroup = DelegatedCgroup.make();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterEach
  void takeBack() throws Exception {
    cgroup.close();
  }

  /** All share one data directory. */
  private ServiceProcess service(String... settings) throws Exception {
    services++;
    Path data = folder.resolve("data");
    Files.createDirectories(data);
    if (OrdinaryUser.testsAreRoot()) {
      Files.setAttribute(data, "unix:uid", OrdinaryUser.ID);
    }
    Map<String, String> env = new HashMap<>();
    env.put("HEADCOUNT_CGROUP", "on");
    env.put("HEADCOUNT_GUARDIAN", "off");
    env.put("HEADCOUNT_DATA_DIR", data.toString());
    for (int i = 0; i < settings.length; i += 2) {
      env.put(settings[i], settings[i + 1]);
    }
    return cgroup.start(Files.createDirectory(folder.resolve("s" + services)), env);
  }

  private static void awaitExited(ServiceProcess service, String run) {
    await()
        .atMost(PATIENCE)
        .until(() -> service.get("/v1/runs/" + run).body().contains("\"state\":\"exited\""));
  }

  private void awaitNoCgroupOfARun(ServiceProcess service) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          assertThat(cgroup.ofRuns()).isEmpty();
          assertThat(service.manage("/actuator/headcount").body()).contains("\"cgroups\":0,");
        });
  }

  /** That no look has seen who its parents were, so that it is known by its cgroup alone. */
  private static String start(ServiceProcess service, String more) throws Exception {
    // The leader is in its cgroup a few milliseconds after its start; before, whom it forks is not.
    return service.shellReady(
        "while ! grep -q /run- /proc/self/cgroup; do :; done; " + LOST + "; echo ready; " + more);
  }

  private static void kill(ServiceProcess service) throws Exception {
    service.process().destroyForcibly();
    assertThat(service.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void everyRunHasACgroupOfItsOwnThatGoesWithIt() throws Exception {
    try (ServiceProcess service = service()) {
      assertThat(service.get("/v1/info").body()).contains("\"cgroup\":\"yes\"");
      String first = start(service, "sleep 300");
      String second = service.shellReady("echo ready; exec sleep 300");
      assertThat(cgroup.ofRuns()).hasSize(2).allMatch(path -> path.toString().contains("run-"));
      assertThat(service.manage("/actuator/headcount").body())
          .contains("\"cgroups\":2,", "\"unattributed\":0");
      assertThat(service.get("/v1/runs/" + first + "/processes").body())
          .as("it is known by its cgroup")
          .contains("sleep 300", "\"escaped\":true");

      service.post("/v1/runs/" + first + "/cancel", "{\"graceMs\":0}");
      awaitExited(service, first);
      assertThat(service.get("/v1/runs/" + first).body()).contains("\"survivors\":[]");
      await().atMost(PATIENCE).until(() -> cgroup.ofRuns().size() == 1);
      assertThat(service.get("/v1/runs/" + second).body()).contains("\"state\":\"running\"");

      service.signal("TERM");
      assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(service.log()).contains(" left=0 ").doesNotContain("event=cgroup-");
    }
    assertThat(cgroup.isPopulated()).isFalse();
    try (Stream<Path> left = Files.list(cgroup.folder())) {
      assertThat(left.filter(Files::isDirectory)).isEmpty();
    }
  }

  @Test
  void failedStartsAndShortRunsLeaveNoCgroup() throws Exception {
    try (ServiceProcess service = service()) {
      for (int i = 0; i < 20; i++) {
        HttpResponse<String> none = service.post("/v1/runs", "{\"argv\":[\"/no/such\"]}");
        assertThat(none.statusCode()).isEqualTo(422);
        HttpResponse<String> run =
            service.post("/v1/runs", "{\"argv\":[\"true\"]}", "Prefer", "wait=20");
        assertThat(run.body()).contains("\"exitCode\":0");
      }
      awaitNoCgroupOfARun(service);
      assertThat(service.manage("/actuator/headcount").body())
          .contains("\"pipe\":0", "\"pidfd\":0");
    }
  }

  @Test
  void whatIsKeptKeepsItsCgroupUntilItEnds() throws Exception {
    try (ServiceProcess service = service()) {
      String run =
          service.start(
              "{\"shell\":\"sleep 300 >/dev/null 2>&1 & exit 0\",\"descendants\":\"keep\"}");
      awaitExited(service, run);
      assertThat(cgroup.ofRuns()).hasSize(1);

      assertThat(service.delete("/v1/runs/" + run).statusCode()).isEqualTo(204);
      awaitNoCgroupOfARun(service);
    }
  }

  @Test
  void processThatMayNotBeSignalledIsEndedAsRoot() throws Exception {
    assumeTrue(OrdinaryUser.testsAreRoot(), "needs a program that is root's");
    try (ServiceProcess service = service()) {
      Path program = new Fixture(folder).setuid();
      String run = service.shellReady(program + " root & wait");
      // A moment after the start it is in; before, its program may have been forked outside.
      await().atMost(PATIENCE).until(() -> pids() >= 2);

      service.post("/v1/runs/" + run + "/cancel", "{\"graceMs\":0}");
      awaitExited(service, run);

      assertThat(service.get("/v1/runs/" + run).body()).contains("\"survivors\":[]");
      awaitNoCgroupOfARun(service);
    }
  }

  private long pids() throws Exception {
    long count = 0;
    for (Path run : cgroup.ofRuns()) {
      count += Files.readAllLines(run.resolve("cgroup.procs")).size();
    }
    return count;
  }

  @Test
  void guardianEndsByTheCgroupWhatHasNoCookie() throws Exception {
    try (ServiceProcess service = service("HEADCOUNT_GUARDIAN", "on")) {
      start(service, "sleep 300");
      kill(service);
      await().atMost(PATIENCE).until(() -> !cgroup.isPopulated());
    }
  }

  @Test
  void nextStartEndsAndRemovesWhatAKilledOneLeft() throws Exception {
    String run;
    try (ServiceProcess first = service()) {
      run = start(first, "exit 0");
      start(first, "sleep 300");
      kill(first);
    }
    assertThat(cgroup.isPopulated()).isTrue();
    try (ServiceProcess second = service("HEADCOUNT_SWEEP", "report")) {
      assertThat(cgroup.isPopulated()).isTrue();
      assertThat(cgroup.ofRuns()).isNotEmpty();
      assertThat(second.log()).contains("event=sweep mode=REPORT");
    }
    try (ServiceProcess third = service()) {
      assertThat(third.log()).contains("event=sweep mode=KILL").contains(" left=0 ");
      assertThat(cgroup.ofRuns()).isEmpty();
      assertThat(run).isNotBlank();
    }
    assertThat(cgroup.isPopulated()).isFalse();
  }

  @Test
  void limitsThatNeedAControllerAreRefusedWithoutOne() throws Exception {
    assumeTrue(
        Files.readString(cgroup.folder().resolve("cgroup.controllers")).isBlank()
            || !Files.readString(cgroup.folder().resolve("cgroup.controllers")).contains("cpu"),
        "the cpu controller is delegated here");
    try (ServiceProcess service = service()) {
      HttpResponse<String> refused =
          service.post("/v1/runs", "{\"argv\":[\"true\"],\"limits\":{\"cpuWeight\":50}}");
      assertThat(refused.statusCode()).isEqualTo(422);
      assertThat(refused.body()).contains("start-failed", "limits.cpuWeight", "cgroupControllers");
      assertThat(service.post("/v1/runs", "{\"argv\":[\"true\"]}", "Prefer", "wait=9").body())
          .contains("\"oomKilled\":null");
    }
  }

  @Test
  void autoGoesOnWithoutAndSaysWhatIsMissingAndOnDoesNotStart() throws Exception {
    assumeTrue(OrdinaryUser.testsAreRoot(), "whoever is no root may have a cgroup of its own here");
    Path auto = Files.createDirectory(folder.resolve("auto"));
    try (ServiceProcess service = OrdinaryUser.start(auto, Map.of())) {
      assertThat(service.get("/v1/info").body())
          .containsPattern("\"cgroup\":\"no \\(making .*/headcount-\\w+ failed with EACCES\\)\"");
      assertThat(service.log()).contains("cgroup=no (making ");
      assertThat(service.manage("/actuator/headcount").body()).contains("\"cgroups\":null,");
    }
    Path on = Files.createDirectory(folder.resolve("on"));
    Throwable refused = null;
    try (ServiceProcess service = OrdinaryUser.start(on, Map.of("HEADCOUNT_CGROUP", "on"))) {
      assertThat(service.pid()).as("should not have started").isNegative();
    } catch (AssertionError e) {
      refused = e;
    }
    assertThat(refused)
        .hasStackTraceContaining("headcount.cgroup")
        .hasStackTraceContaining("failed with EACCES")
        .hasStackTraceContaining("HEADCOUNT_CGROUP");
  }
}
