package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A number that was one run's is another's now. In a PID namespace of its own, whose next number
 * can be chosen ({@code pid_namespaces(7)}).
 */
@Timeout(120)
class UsedNumbersJarTests {
  private static final String NAMESPACE =
      "exec unshare --pid --fork --kill-child --mount-proc bash -c \"$SERVICE; exit\"";
  private static final Pattern PID = Pattern.compile("\"pid\":(\\d+)");
  private static final int ATTEMPTS = 20;

  /** As a whole: the shell that starts it has it in its own command too. */
  private static final String DAEMON = "\"command\":\"sleep 1002\"";

  private static String processes(ServiceProcess service, String id) throws Exception {
    return service.get("/v1/runs/" + id + "/processes").body();
  }

  private static int leader(ServiceProcess service, String id) throws Exception {
    Matcher pid = PID.matcher(service.get("/v1/runs/" + id).body());
    assertThat(pid.find()).isTrue();
    return Integer.parseInt(pid.group(1));
  }

  /** A run whose leader is gone; it kept a process outside of its session. */
  private static String keeping(ServiceProcess service) throws Exception {
    String id =
        service.start(
            "{\"shell\":\"setsid sleep 1001 & exit 0\",\"descendants\":\"keep\","
                + "\"output\":{\"file\":\"/dev/null\"}}");
    await().until(() -> service.get("/v1/runs/" + id).body().contains("\"state\":\"exited\""));
    return id;
  }

  /** Starts a run with a daemon, which is to have a number. A thread may have got it before. */
  private static String daemonWithNumber(ServiceProcess service, int number) throws Exception {
    for (int i = 0; i < ATTEMPTS; i++) {
      String id =
          service.start(
              "{\"shell\":\"echo %d >/proc/sys/kernel/ns_last_pid; setsid sleep 1002 & wait\"}"
                  .formatted(number - 1));
      await().until(() -> service.get("/v1/runs/" + id).body().contains("\"state\":\"running\""));
      String daemon = "\"pid\":" + number + ",";
      await().until(() -> allProcesses(service).contains(DAEMON));
      if (allProcesses(service).contains(daemon)) {
        return id;
      }
      service.delete("/v1/runs/" + id);
    }
    throw new AssertionError("no daemon got the number " + number);
  }

  private static String allProcesses(ServiceProcess service) throws Exception {
    Matcher id = Pattern.compile("\"id\":\"([^\"]+)\"").matcher(service.get("/v1/runs").body());
    StringBuilder all = new StringBuilder();
    while (id.find()) {
      all.append(processes(service, id.group(1)));
    }
    return all.toString();
  }

  @Test
  void sessionWithTheNumberOfAKeptRunsLeaderIsOfTheRunThatStartedIt(@TempDir Path folder)
      throws Exception {
    assumeTrue(OrdinaryUser.testsAreRoot(), "makes a PID namespace");
    try (ServiceProcess service = ServiceProcess.start(folder, NAMESPACE, Map.of())) {
      try {
        String kept = keeping(service);
        String next = daemonWithNumber(service, leader(service, kept));

        assertThat(processes(service, kept)).contains("sleep 1001").doesNotContain(DAEMON);
        assertThat(processes(service, next)).contains(DAEMON);
        assertThat(service.delete("/v1/runs/" + kept).statusCode()).isEqualTo(204);
        assertThat(processes(service, next)).contains(DAEMON);

        assertThat(service.post("/v1/runs/" + next + "/cancel", "{}", "Prefer", "wait=20").body())
            .contains("\"state\":\"exited\"", "\"survivors\":[]");
        assertThat(allProcesses(service)).doesNotContain("sleep");
      } finally {
        // unshare passes no signal on.
        service.process().descendants().forEach(ProcessHandle::destroy);
      }
    }
  }
}
