package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
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

  @TempDir private Path folder;
  private int services;

  private ServiceProcess service(String guardian, String sweep) throws IOException {
    return service(Map.of("HEADCOUNT_GUARDIAN", guardian, "HEADCOUNT_SWEEP", sweep));
  }

  /** Each has a folder of its own for its log, and all share one data directory. */
  private ServiceProcess service(Map<String, String> settings) throws IOException {
    services++;
    Map<String, String> env = new HashMap<>(settings);
    env.put("HEADCOUNT_DATA_DIR", folder.resolve("data").toString());
    return ServiceProcess.start(Files.createDirectory(folder.resolve("s" + services)), env);
  }

  /** Of every kind that is hard to end; fifty runs, and more processes. Returns the runs. */
  private static List<String> fiftyMixedChildren(ServiceProcess service) throws Exception {
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      runs.add(service.shellReady("echo ready; exec sleep 1000"));
      runs.add(service.shellReady("trap '' TERM HUP INT; echo ready; while :; do sleep 1; done"));
      runs.add(service.shellReady("sleep 1000 & echo ready; kill -STOP $! $$; wait"));
      runs.add(service.shellReady("(setsid sh -c '(sleep 1000 &)' &); echo ready; sleep 1000"));
      runs.add(
          service.shellReady(
              "sleep 1000 & sh -c 'sleep 1000 & sleep 1000 & wait' & echo ready; wait"));
    }
    assertThat(service.carriers()).hasSizeGreaterThan(100);
    return runs;
  }

  private static void kill(ServiceProcess service) throws Exception {
    service.process().destroyForcibly();
    assertThat(service.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  private static long guardian(ServiceProcess service) throws Exception {
    Matcher pid = GUARDIAN.matcher(service.manage("/actuator/headcount").body());
    return pid.find() ? Long.parseLong(pid.group(1)) : 0;
  }

  private static boolean lives(long pid) {
    return ProcessHandle.of(pid).isPresent();
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
          .until(() -> service.carriers().isEmpty());
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
        assertThat(second.log())
            .containsOnlyOnce("event=sweep ")
            .contains("event=sweep mode=KILL boot=" + first.bootId())
            .contains(" runs=50 ")
            .contains(" left=0 ");
        for (String run : runs) {
          assertThat(second.get("/v1/runs/" + run).body())
              .contains("\"state\":\"exited\"", "\"reason\":\"lost\"", "\"exitCode\":null");
        }
        assertThat(second.get("/v1/runs?reason=lost&limit=100").body().split("\"id\":", -1))
            .hasSize(51);
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
  void reportKillsNothingAndLeavesTheRecordToALaterStart() throws Exception {
    try (ServiceProcess first = service("off", "kill")) {
      String run = first.shellReady("sleep 1000 & echo ready; exec sleep 1000");
      kill(first);
      List<String> left = first.carriers();
      assertThat(left).hasSize(2);
      try (ServiceProcess second = service("off", "report")) {
        assertThat(first.carriers()).hasSize(2);
        assertThat(second.log()).contains("event=sweep mode=REPORT").contains(" found=2 left=2 ");
        assertThat(second.get("/v1/runs/" + run).statusCode()).isEqualTo(404);
      }
      assertThat(first.carriers()).as("an orderly stop of another ends them neither").hasSize(2);
      try (ServiceProcess third = service("off", "kill")) {
        assertThat(first.carriers()).isEmpty();
        assertThat(third.get("/v1/runs/" + run).statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void otherLiveServiceWithTheSameDataDirectoryIsNotTouched() throws Exception {
    try (ServiceProcess other = service("on", "kill");
        ServiceProcess killed = service("on", "kill")) {
      String run = other.shellReady("setsid sleep 1000 & echo ready; exec sleep 1000");
      killed.shellReady("echo ready; exec sleep 1000");
      List<String> before = pids(other.carriers());

      kill(killed);
      await().atMost(Duration.ofSeconds(10)).until(() -> killed.carriers().isEmpty());
      try (ServiceProcess next = service("on", "kill")) {
        assertThat(next.log()).contains("event=sweep mode=KILL boot=" + killed.bootId());
        assertThat(next.log()).doesNotContain("boot=" + other.bootId());
        assertThat(pids(other.carriers())).isEqualTo(before);
        assertThat(other.get("/v1/runs/" + run).body()).contains("\"state\":\"running\"");
      }
      assertThat(pids(other.carriers())).isEqualTo(before);
    }
  }

  private static List<String> pids(List<String> stats) {
    return stats.stream().map(stat -> stat.substring(0, stat.indexOf(' '))).sorted().toList();
  }

  /**
   * A record may be all wrong: its process may be another's now, and a cookie may have reached a
   * stranger. Needs root, for another user.
   */
  @Test
  void strangersAreNotTouchedWhateverARecordSaysAsRoot() throws Exception {
    try (ServiceProcess first = service("off", "kill")) {
      first.shellReady("echo ready; exec sleep 1000");
      kill(first);
      String cookie = "HEADCOUNT_RUN=" + first.bootId() + ".stranger";
      List<Process> strangers = new ArrayList<>();
      try {
        // Another user with the cookie, and one of ours who merely speaks of it.
        strangers.add(
            start("env", cookie, "setpriv", "--reuid", "12345", "--clear-groups", "sleep", "1000"));
        strangers.add(start("env", "NOTE=" + cookie, "sleep", "1000"));
        // The record's process has that number, but started at another time.
        Process reused = start("sleep", "1000");
        strangers.add(reused);
        Path record = records().getFirst().resolve("lock");
        Files.writeString(
            record, Files.readString(record).replaceFirst("pid=\\d+", "pid=" + reused.pid()));
        await()
            .until(() ->
                ServiceProcess.carriers(first.bootId()).size() == 3
                    && strangers.getFirst().info().command().orElse("").endsWith("sleep"));

        try (ServiceProcess second = service("off", "kill")) {
          assertThat(second.log()).contains("bootPid=" + reused.pid() + " runs=1 found=1 left=0");
          assertThat(strangers).allMatch(Process::isAlive);
          assertThat(first.carriers()).as("the strangers").hasSize(2);
        }
      } finally {
        strangers.forEach(Process::destroyForcibly);
      }
    }
  }

  private static Process start(String... command) throws IOException {
    return new ProcessBuilder(command).start();
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
