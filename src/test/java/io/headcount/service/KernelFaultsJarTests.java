package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the kernel refuses is answered by name, nothing of it stays, and the service is well when
 * the fault is over. Want of descriptors has {@link ExhaustionJarTests}, want of memory and single
 * calls that are refused {@link RefusedCallsJarTests}.
 */
@Timeout(600)
class KernelFaultsJarTests {
  private static final int ZOMBIE_RUNS =
      "whole".equals(System.getProperty("headcount.faults")) ? 10_000 : 500;
  private static final int CLIENTS = 8;
  private static final Pattern PROCESSES = Pattern.compile("Max processes +(\\w+)");
  private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");

  @Test
  void forkThatIsRefusedIsATypedAnswerAndTheNextOneWorks(@TempDir Path folder) throws Exception {
    try (ServiceProcess service = OrdinaryUser.start(folder, Map.of())) {
      started(service, "{\"argv\":[\"true\"]}");
      long descriptors = descriptors(service);
      String allowed = processesAllowed(service);
      processesAllowed(service, "1");

      HttpResponse<String> refused = service.post("/v1/runs", "{\"argv\":[\"true\"]}");

      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
      assertThat(refused.body()).contains("EAGAIN");
      processesAllowed(service, allowed);
      started(service, "{\"argv\":[\"true\"]}");
      Awaitility.await().until(() -> descriptors(service) <= descriptors);
      assertThat(service.manage("/actuator/headcount").body())
          .contains("\"pipe\":0", "\"pidfd\":0", "\"live\":0");
    }
  }

  /** Better none than one that nobody would find should the service be killed. */
  @Test
  void startIsRefusedWhenTheRunCannotHaveItsMark(@TempDir Path folder) throws Exception {
    try (ServiceProcess service = OrdinaryUser.start(folder, Map.of())) {
      assertThat(started(service, "{\"argv\":[\"true\"]}").statusCode()).isEqualTo(200);
      String lower = "prlimit --pid " + service.pid() + " --locks=5:5";
      assertThat(
              new ProcessBuilder("bash", "-c", "exec " + OrdinaryUser.becoming() + lower)
                  .inheritIO()
                  .start()
                  .waitFor())
          .isZero();

      HttpResponse<String> refused = service.post("/v1/runs", "{\"argv\":[\"true\"]}");

      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
      assertThat(refused.body()).contains("EPERM", "the run's mark could not be set");
    }
  }

  private static String processesAllowed(ServiceProcess service) throws Exception {
    Path limits = Path.of("/proc", Long.toString(service.pid()), "limits");
    Matcher soft = PROCESSES.matcher(Files.readString(limits));
    assertThat(soft.find()).isTrue();
    return soft.group(1);
  }

  private static void processesAllowed(ServiceProcess service, String soft) throws Exception {
    String limit = "prlimit --pid %d --nproc=%s:".formatted(service.pid(), soft);
    int exit =
        new ProcessBuilder("bash", "-c", "exec " + OrdinaryUser.becoming() + limit)
            .inheritIO()
            .start()
            .waitFor();
    assertThat(exit).as("prlimit").isZero();
  }

  @Test
  void fullDataDirectoryStopsNoRunAndIsUsedAgainWhenThereIsRoomAsRoot(@TempDir Path folder)
      throws Exception {
    assumeTrue(OrdinaryUser.testsAreRoot(), "mounts a small file system");
    Path data = Files.createDirectory(folder.resolve("data"));
    // In a mount namespace of its own, so that nobody else sees it and it goes with the service.
    Path within = folder.resolve("within");
    Files.writeString(
        within, "mount -t tmpfs -o size=1m,mode=0777 tmpfs %s && exec \"$@\"\n".formatted(data));
    Map<String, String> settings =
        Map.of("HEADCOUNT_DATA_DIR", data.toString(), "HEADCOUNT_DEFAULTS_RETAIN_OUTPUT", "64KB");
    try (ServiceProcess service =
        OrdinaryUser.start(folder, "unshare --mount bash " + within, settings)) {
      String flood = "{\"shell\":\"head -c 8000000 /dev/zero; echo end\"}";
      HttpResponse<String> full = started(service, flood);
      assertThat(full.body()).contains("\"reason\":\"exit\"", "\"exitCode\":0");
      assertThat(service.manage("/actuator/prometheus").body())
          .contains("headcount_output_disk_failing 1");

      delete(service, full);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> {
            HttpResponse<String> small =
                started(service, "{\"shell\":\"head -c 300000 /dev/zero; echo end\"}");
            assertThat(small.body()).contains("\"exitCode\":0");
            delete(service, small);
            assertThat(service.manage("/actuator/prometheus").body())
                .contains("headcount_output_disk_failing 0");
          });
    }
  }

  @Test
  void dataDirectoryThatIsReadOnlyStopsNoRunAndIsToldOfAsRoot(@TempDir Path folder)
      throws Exception {
    assumeTrue(OrdinaryUser.testsAreRoot(), "mounts a small file system");
    Path data = Files.createDirectory(folder.resolve("data"));
    Path within = folder.resolve("within");
    Files.writeString(within, "mount -t tmpfs -o ro tmpfs %s && exec \"$@\"\n".formatted(data));
    Map<String, String> settings =
        Map.of("HEADCOUNT_DATA_DIR", data.toString(), "HEADCOUNT_DEFAULTS_RETAIN_OUTPUT", "64KB");
    try (ServiceProcess service =
        OrdinaryUser.start(folder, "unshare --mount bash " + within, settings)) {
      assertThat(service.log()).contains("event=boot-record-failed");
      String flood = "{\"shell\":\"head -c 1000000 /dev/zero; echo end\"}";
      assertThat(started(service, flood).body())
          .contains("\"reason\":\"exit\"", "\"exitCode\":0", "\"stdoutBytes\":1000004");
      assertThat(service.manage("/actuator/prometheus").body())
          .contains("headcount_output_disk_failing 1");
      service.signal("TERM");
      assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(service.log()).contains(" left=0 ");
    }
  }

  private static void delete(ServiceProcess service, HttpResponse<String> run) throws Exception {
    Matcher id = ID.matcher(run.body());
    assertThat(id.find()).isTrue();
    assertThat(service.delete("/v1/runs/" + id.group(1)).statusCode()).isLessThan(300);
  }

  @Test
  void processThatMayNotBeSignalledIsASurvivorByNameAsRoot(@TempDir Path folder) throws Exception {
    assumeTrue(OrdinaryUser.testsAreRoot(), "needs a program that is root's");
    Map<String, String> settings = Map.of("HEADCOUNT_DEFAULTS_GRACE", "100ms");
    try (ServiceProcess service = OrdinaryUser.start(folder, settings)) {
      Fixture fixture = new Fixture(folder);
      Path program = fixture.setuid();
      String run =
          service.start("{\"argv\":[\"sh\",\"-c\",\"%s root & wait\"]}".formatted(program));
      awaitOutput(service, run);
      long started = System.nanoTime();

      service.post("/v1/runs/" + run + "/cancel", "{}");
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> service.get("/v1/runs/" + run).body().contains("\"state\":\"exited\""));

      assertThat(service.get("/v1/runs/" + run).body())
          .contains("\"survivors\":[{\"pid\":", program.getFileName() + " root");
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(15));
      started(service, "{\"argv\":[\"true\"]}");
      assertThat(service.manage("/actuator/headcount").body()).contains("\"pidfd\":0");
      service.signal("TERM");
      assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(service.log()).contains(" left=1 ", "event=left-behind");
      for (String left : fixture.alive(service.pid()).keySet()) {
        long pid = Long.parseLong(left.substring(0, left.indexOf('@')));
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  private static void awaitOutput(ServiceProcess service, String run) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> service.get("/v1/runs/" + run + "/output").body().contains("ready"));
  }

  @Test
  void zombiesAndDescriptorsReturnToTheBaselineAfterDoubleForkingRuns(@TempDir Path folder)
      throws Exception {
    try (ServiceProcess service = OrdinaryUser.start(folder, Map.of())) {
      String request = "{\"shell\":\"(setsid sh -c 'exit 0' >/dev/null 2>&1 &); exit 0\"}";
      started(service, request);
      long before = descriptors(service);
      try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
        List<Callable<HttpResponse<String>>> runs = new ArrayList<>();
        for (int i = 0; i < ZOMBIE_RUNS; i++) {
          runs.add(() -> started(service, request));
        }
        for (Future<HttpResponse<String>> run : clients.invokeAll(runs)) {
          assertThat(run.get().body()).contains("\"exitCode\":0");
        }
      }
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> {
            assertThat(service.manage("/actuator/headcount").body())
                .contains("\"zombies\":0", "\"live\":0", "\"pipe\":0", "\"pidfd\":0");
            assertThat(descriptors(service)).isLessThanOrEqualTo(before);
          });
    }
  }

  /** Starts a run and waits for its end. */
  private static HttpResponse<String> started(ServiceProcess service, String json)
      throws Exception {
    HttpResponse<String> answer = service.post("/v1/runs", json, "Prefer", "wait=60");
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
    return answer;
  }

  /** Open ones that are no connection of a client's. */
  private static long descriptors(ServiceProcess service) throws Exception {
    try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(service.pid()), "fd"))) {
      return all.filter(fd -> !target(fd).startsWith("socket:")).count();
    }
  }

  private static String target(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString();
    } catch (java.io.IOException e) {
      return "socket: closed meanwhile";
    }
  }
}
