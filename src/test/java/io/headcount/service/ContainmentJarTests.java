package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a service that was killed leaves: nothing, by its guardian or by the next start. */
@Timeout(240)
class ContainmentJarTests {
  private static final Pattern GUARDIAN = Pattern.compile("\"guardian\":(\\d+)");
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** A sleep of this length has no cookie, so it is known by that. */
  private static final String BARE = "sleep 3141592";

  @TempDir private Path folder;
  private int services;

  private ServiceProcess service(String guardian, String sweep) throws Exception {
    return service(Map.of("HEADCOUNT_GUARDIAN", guardian, "HEADCOUNT_SWEEP", sweep));
  }

  /** Each has a folder of its own for its log, and all share one data directory. */
  private ServiceProcess service(Map<String, String> settings) throws Exception {
    services++;
    Map<String, String> env = new HashMap<>(settings);
    env.put("HEADCOUNT_DATA_DIR", folder.resolve("data").toString());
    Path own = Files.createDirectory(folder.resolve("s" + services));
    OrdinaryUser.own(folder);
    return OrdinaryUser.start(own, env);
  }

  /** Of every kind that is hard to end; fifty runs, and more processes. Returns the runs. */
  private static List<String> fiftyMixedChildren(ServiceProcess service) throws Exception {
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      runs.add(service.shellReady("echo ready; exec sleep 1000"));
      runs.add(service.shellReady("(env -i setsid " + BARE + " &); echo ready; sleep 1000"));
      runs.add(service.shellReady("trap '' TERM HUP INT; echo ready; while :; do sleep 1; done"));
      runs.add(
          service.shellReady(
              "(setsid sh -c '(sleep 1000 &)' &); sleep 1000 & echo ready; kill -STOP $! $$; wait"));
      runs.add(
          service.shellReady(
              "sleep 1000 & sh -c 'sleep 1000 & sleep 1000 & wait' & echo ready; wait"));
    }
    assertThat(service.carriers()).hasSizeGreaterThan(100);
    await().atMost(Duration.ofSeconds(20)).until(() -> bare() == 10);
    return runs;
  }

  /** What the guardian says goes there. */
  private String console() {
    try {
      String all = Files.readString(folder.resolve("s" + services).resolve("console.log"));
      return all.substring(Math.max(0, all.length() - 2_000));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static long bare() {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().commandLine().orElse("").endsWith(BARE))
        .count();
  }

  private static void kill(ServiceProcess service) throws Exception {
    service.process().destroyForcibly();
    assertThat(service.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  private static long guardian(ServiceProcess service) throws Exception {
    Matcher pid = GUARDIAN.matcher(service.manage("/actuator/headcount").body());
    return pid.find() ? Long.parseLong(pid.group(1)) : 0;
  }

  /** A zombie does not: who adopts it may take its time to reap it. */
  private static boolean lives(long pid) {
    return " RSDT".indexOf(state(pid)) > 0;
  }

  private static boolean isStopped(long pid) {
    return state(pid) == 'T';
  }

  /** As {@code proc_pid_stat(5)} has it; blank if there is no such process. */
  private static char state(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return ' ';
    }
  }

  /** Ends what a test has left by purpose: each by its pid, and only what has that cookie. */
  private static void clean(ServiceProcess service) throws Exception {
    for (int look = 0; look < 3; look++) {
      for (String stat : service.carriers()) {
        long pid = Long.parseLong(stat.substring(0, stat.indexOf(' ')));
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  private List<Path> records() throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("data"))) {
      return all.filter(path -> path.getFileName().toString().startsWith("boot-")).toList();
    }
  }

  @Test
  void nothingIsLeftASecondAfterTheServiceWasKilled() throws Exception {
    try (ServiceProcess service = service("on", "kill")) {
      fiftyMixedChildren(service);
      long guardian = guardian(service);
      assertThat(lives(guardian)).isTrue();

      kill(service);
      long died = System.nanoTime();

      await()
          .pollInterval(Duration.ofMillis(5))
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() -> {
            assertThat(service.carriers()).as(this::console).isEmpty();
            assertThat(bare()).as(this::console).isZero();
          });
      assertThat(Duration.ofNanos(System.nanoTime() - died)).isLessThan(SECOND);
      await().atMost(Duration.ofSeconds(10)).until(() -> !lives(guardian));
    }
  }

  @Test
  void guardianIsNotCountedAndAnotherTakesItsPlace() throws Exception {
    try (ServiceProcess service = service("on", "kill")) {
      assertThat(service.get("/v1/info").body()).contains("\"guardian\":\"yes\"");
      assertThat(service.manage("/actuator/headcount").body())
          .contains("\"liveChildren\":0")
          .contains("\"unattributed\":0")
          .contains("\"guardian\":2,");
      assertThat(service.manage("/actuator/prometheus").body())
          .contains("headcount_guardian 1.0")
          .contains("headcount_fds_open{kind=\"guardian\"} 2.0");
      service.shellReady("setsid sleep 1000 & echo ready; exec sleep 1000");
      long first = guardian(service);
      for (String polite : List.of("TERM", "INT", "HUP")) {
        signal(polite, first);
      }
      assertThat(lives(first)).as("ignores what a terminal or an init sends").isTrue();
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> {
            signal("STOP", first);
            return isStopped(first);
          });
      await().atMost(Duration.ofSeconds(10)).until(() -> !isStopped(first));

      signal("KILL", first);

      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> guardian(service) != first && guardian(service) != 0);
      assertThat(service.log()).contains("event=guardian-died pid=" + first);
      assertThat(service.carriers()).as("the second one's start ends nothing").hasSize(2);
      kill(service);
      await().atMost(Duration.ofSeconds(10)).until(() -> service.carriers().isEmpty());
    }
  }

  private static void signal(String name, long pid) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
    assertThat(kill.waitFor()).isZero();
  }

  @Test
  void orderlyStopLeavesNoGuardianAndNoRecord() throws Exception {
    try (ServiceProcess service = service("on", "kill")) {
      service.shellReady("echo ready; exec sleep 1000");
      long guardian = guardian(service);
      assertThat(records()).hasSize(1);

      service.signal("TERM");

      assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(lives(guardian)).isFalse();
      assertThat(service.log()).contains("unsettled=0 left=0").doesNotContain("guardian-died");
      assertThat(Files.readString(folder.resolve("s1").resolve("console.log")))
          .doesNotContain("guardian-swept");
      assertThat(records()).isEmpty();
    }
  }

  @Test
  void nextStartEndsWhatTheKilledOneLeftAndRemembersTheRunsAsLost() throws Exception {
    try (ServiceProcess first = service("off", "kill")) {
      List<String> runs = fiftyMixedChildren(first);
      assertThat(guardian(first)).isZero();
      kill(first);
      assertThat(first.carriers()).hasSizeGreaterThan(100);

      try (ServiceProcess second = service("off", "kill")) {
        assertThat(first.carriers()).as("left before the port was open").isEmpty();
        assertThat(bare()).isZero();
        assertThat(second.log())
            .containsOnlyOnce("event=sweep ")
            .contains("event=sweep mode=KILL boot=" + first.bootId())
            .contains(" runs=50 ")
            .contains(" left=0 ");
        for (String run : runs) {
          assertThat(second.get("/v1/runs/" + run).body())
              .contains("\"state\":\"exited\"", "\"reason\":\"lost\"", "\"exitCode\":null")
              .contains("\"bootId\":\"" + first.bootId() + "\"", "\"survivors\":[]");
        }
        HttpResponse<String> again =
            second.put("/v1/runs/" + runs.getFirst(), "{\"argv\":[\"true\"]}");
        assertThat(again.statusCode()).as("nobody knows what it ran").isEqualTo(409);
        assertThat(second.delete("/v1/runs/" + runs.getFirst()).statusCode()).isEqualTo(204);
        again = second.put("/v1/runs/" + runs.getFirst(), "{\"argv\":[\"true\"]}");
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(second.get("/v1/runs?reason=lost&limit=100").body().split("\"id\":", -1))
            .hasSize(50);
        assertThat(second.manage("/actuator/headcount").body())
            .contains("\"mode\":\"KILL\",\"boots\":1,\"runs\":50,");
        assertThat(records()).hasSize(1);
      }
    }
  }

  @Test
  void recordIsWrittenAndSweptByThoughNoOutputGoesToDisk() throws Exception {
    Map<String, String> noDisk = Map.of("HEADCOUNT_GUARDIAN", "off", "HEADCOUNT_OUTPUT_DISK", "0");
    try (ServiceProcess first = service(noDisk)) {
      String run = first.shellReady("echo ready; exec sleep 1000");
      kill(first);
      try (ServiceProcess second = service(noDisk)) {
        assertThat(first.carriers()).isEmpty();
        assertThat(second.get("/v1/runs/" + run).body()).contains("\"reason\":\"lost\"");
      }
    }
    assertThat(records()).isEmpty();
  }

  @Test
  void reportEndsNobodyShowsTheRunsAndLeavesTheRecordToALaterStart() throws Exception {
    try (ServiceProcess first = service("off", "kill")) {
      String run = first.shellReady("sleep 1000 & echo ready; exec sleep 1000");
      kill(first);
      List<String> left = first.carriers();
      assertThat(left).hasSize(2);
      try (ServiceProcess second = service("off", "report")) {
        assertThat(first.carriers()).hasSize(2);
        assertThat(second.log()).contains("event=sweep mode=REPORT").contains(" found=2 left=2 ");
        assertThat(second.get("/v1/runs/" + run).body())
            .contains("\"reason\":\"lost\"", "\"bootId\":\"" + first.bootId() + "\"")
            .contains("\"killEscalated\":false")
            .containsPattern(
                "\"survivors\":\\[\\{\"pid\":.*\"command\":\"sleep 1000\".*\\{\"pid\":");
        assertThat(second.manage("/actuator/prometheus").body())
            .contains("headcount_kill_survivors_total 0.0");
      }
      assertThat(first.carriers()).as("an orderly stop of another ends them neither").hasSize(2);
      try (ServiceProcess third = service("off", "kill")) {
        assertThat(first.carriers()).isEmpty();
        assertThat(third.get("/v1/runs/" + run).body()).contains("\"survivors\":[]");
      }
    }
  }

  @Test
  void sweepThatIsOffLooksForNobody() throws Exception {
    try (ServiceProcess first = service("off", "off")) {
      try {
        first.shellReady("echo ready; exec sleep 1000");
        kill(first);
        try (ServiceProcess second = service("off", "off")) {
          assertThat(second.log()).doesNotContain("event=sweep ");
          assertThat(first.carriers()).hasSize(1);
        }
      } finally {
        clean(first);
      }
    }
  }
}
