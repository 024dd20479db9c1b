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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whom neither a guardian nor a sweep ends, whatever cookie they have. */
@Timeout(240)
class StrangersJarTests {
  private static final Pattern LOCKS = Pattern.compile("Max file locks +(\\w+) +(\\w+)");
  private static final Pattern GUARDIAN = Pattern.compile("\"guardian\":(\\d+)");

  @TempDir private Path folder;
  private final List<Process> strangers = new ArrayList<>();
  private int services;

  @AfterEach
  void endStrangers() {
    strangers.forEach(Process::destroyForcibly);
  }

  private Process stranger(String... command) throws IOException {
    Process process = new ProcessBuilder(command).start();
    strangers.add(process);
    return process;
  }

  private ServiceProcess service(String guardian) throws IOException {
    services++;
    Map<String, String> env = new HashMap<>();
    env.put("HEADCOUNT_GUARDIAN", guardian);
    env.put("HEADCOUNT_DATA_DIR", folder.resolve("data").toString());
    return ServiceProcess.start(Files.createDirectory(folder.resolve("s" + services)), env);
  }

  private static void kill(ServiceProcess service) throws Exception {
    service.process().destroyForcibly();
    assertThat(service.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  private Path record() throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("data"))) {
      return all.filter(path -> path.toString().matches(".*/boot-\\w+/lock"))
          .findAny()
          .orElseThrow();
    }
  }

  private static List<String> pids(List<String> stats) {
    return stats.stream().map(stat -> stat.substring(0, stat.indexOf(' '))).sorted().toList();
  }

  private static String locks(long pid, int group) throws IOException {
    Matcher limit = LOCKS.matcher(Files.readString(Path.of("/proc/" + pid + "/limits")));
    assertThat(limit.find()).isTrue();
    return limit.group(group);
  }

  /** What somebody starts by hand may have anything in its environment, the exact cookie too. */
  @Test
  void guardianSparesWhoeverWasOnlyGivenTheCookie() throws Exception {
    try (ServiceProcess service = service("on")) {
      service.shellReady("setsid sleep 1000 & echo ready; exec sleep 1000");
      String cookie = "HEADCOUNT_RUN=" + service.bootId() + ".by-hand";
      Process byHand = stranger("env", cookie, "sleep", "1000");
      Process marked = stranger("prlimit", "--locks=12345", "env", cookie, "sleep", "1000");
      await().until(() -> service.carriers().size() == 4);

      kill(service);

      await().atMost(Duration.ofSeconds(10)).until(() -> service.carriers().size() == 2);
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() ->
              Files.readString(folder.resolve("s1").resolve("console.log"))
                  .contains("event=guardian-swept boot=" + service.bootId() + " ended=2 quiet=2"));
      assertThat(List.of(byHand, marked)).allMatch(Process::isAlive);
    }
  }

  /**
   * A record may be all wrong: its process may be another's now, and a cookie may have reached a
   * stranger. Needs root, for another user.
   */
  @Test
  void sweepSparesStrangersWhateverARecordSaysAsRoot() throws Exception {
    try (ServiceProcess first = service("off")) {
      first.shellReady("echo ready; exec sleep 1000");
      String record = Files.readString(record());
      kill(first);
      String cookie = "HEADCOUNT_RUN=" + first.bootId() + ".stranger";
      // Another user with cookie and mark, one of ours with the cookie, one who merely speaks of
      // it.
      String given = "--locks=" + record.replaceAll("(?s).*imprint=(\\d+)-.*", "$1");
      String[] another = {"setpriv", "--reuid", "12345", "--clear-groups", "sleep", "1000"};
      Stream<String> all =
          Stream.concat(Stream.of("prlimit", given, "env", cookie), Stream.of(another));
      Process foreign = stranger(all.toArray(String[]::new));
      stranger("env", cookie, "sleep", "1000");
      stranger("env", "NOTE=" + cookie, "sleep", "1000");
      // The record's process has that number, but started at another time.
      Process reused = stranger("sleep", "1000");
      Files.writeString(
          record(), Files.readString(record()).replaceFirst("pid=\\d+", "pid=" + reused.pid()));
      await()
          .until(() ->
              first.carriers().size() == 4
                  && foreign.info().command().orElse("").endsWith("sleep"));

      try (ServiceProcess second = service("off")) {
        assertThat(second.log())
            .contains("bootPid=" + reused.pid() + " runs=1 found=1 left=0")
            .contains("event=sweep-unproven boot=" + first.bootId() + " processes=1 ");
        assertThat(second.manage("/actuator/headcount").body()).contains("\"unproven\":1");
        assertThat(strangers).allMatch(Process::isAlive);
        assertThat(first.carriers()).as("the strangers").hasSize(3);
      }
    }
  }

  @Test
  void otherLiveServiceWithTheSameDataDirectoryIsNotTouched() throws Exception {
    try (ServiceProcess other = service("on");
        ServiceProcess killed = service("on")) {
      String run = other.shellReady("setsid sleep 1000 & echo ready; exec sleep 1000");
      killed.shellReady("echo ready; exec sleep 1000");
      List<String> before = pids(other.carriers());

      kill(killed);
      await().atMost(Duration.ofSeconds(10)).until(() -> killed.carriers().isEmpty());
      try (ServiceProcess next = service("on")) {
        assertThat(next.log()).contains("event=sweep mode=KILL boot=" + killed.bootId());
        assertThat(next.log()).doesNotContain("boot=" + other.bootId());
        assertThat(pids(other.carriers())).isEqualTo(before);
        assertThat(other.get("/v1/runs/" + run).body()).contains("\"state\":\"running\"");
      }
      assertThat(pids(other.carriers())).isEqualTo(before);
    }
  }

  @Test
  void serviceAndGuardianHaveNoMarkAndALeaderHasOne() throws Exception {
    try (ServiceProcess service = service("on")) {
      String imprint =
          Files.readString(record()).replaceAll("(?s).*imprint=(\\d+)-(\\d+)\\n", "$1 $2");
      String run = service.shellReady("echo ready; exec sleep 1000");
      long leader = Long.parseLong(pids(service.carriers()).getFirst());
      Matcher guardian = GUARDIAN.matcher(service.manage("/actuator/headcount").body());
      assertThat(guardian.find()).isTrue();

      assertThat(locks(service.pid(), 1)).isEqualTo("unlimited");
      assertThat(locks(Long.parseLong(guardian.group(1)), 1)).isEqualTo("unlimited");
      assertThat(Long.parseLong(locks(leader, 1)))
          .as(run)
          .isEqualTo(Long.parseLong(locks(leader, 2)))
          .isGreaterThanOrEqualTo(Long.parseLong(imprint.split(" ", 2)[0]))
          .isLessThanOrEqualTo(Long.parseLong(imprint.split(" ", 2)[1]));
    }
  }
}
