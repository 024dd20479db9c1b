package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.service.Fault.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way out and every way to hurt that we know of, ended three ways, by an ordinary user's
 * service, without cgroups and with one delegated: what is left is what {@code docs/containment.md}
 * says, and what was seen is printed. All at once; with {@code make faults} also each alone, or
 * those that {@code headcount.faults} names.
 */
@Timeout(900)
class FaultsJarTests {
  private static final String ALONE = System.getProperty("headcount.faults", "");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** So that all stand before the first is ended, on a slow machine too. */
  private static final long TIMEOUT_MS = 5_000;

  /** By the way of the end, what was seen. */
  private final EnumMap<Fault, Map<String, Set<String>>> seen = new EnumMap<>(Fault.class);

  /** Starts a service in a folder of its own. */
  private interface Starter {
    ServiceProcess start(Path folder, Map<String, String> settings) throws Exception;
  }

  private static Map<String, String> settings(String cgroup) {
    return Map.of(
        "HEADCOUNT_DEFAULTS_GRACE",
        "1s",
        "HEADCOUNT_SHUTDOWN_GRACE",
        "1s",
        "HEADCOUNT_CGROUP",
        cgroup);
  }

  /** Only what a failed test left. */
  @AfterEach
  void endAll() throws Exception {
    OrdinaryUser.endAll();
  }

  @Test
  void documentAndSuiteAgree() throws IOException {
    List<String> rows =
        Files.readAllLines(Path.of("docs/containment.md")).stream()
            .filter(line -> line.matches("\\| `[a-z-]+`: .*"))
            .toList();

    assertThat(rows)
        .containsExactlyElementsOf(Arrays.stream(Fault.values()).map(Fault::row).toList());
  }

  @Test
  void nothingIsLeftButWhatTheTableSays(@TempDir Path folder) throws Exception {
    tryAll(new Fixture(folder), folder, OrdinaryUser::start, settings("off"));
    print("without a cgroup");
  }

  @Test
  void nothingIsLeftWithADelegatedCgroup(@TempDir Path folder) throws Exception {
    try (DelegatedCgroup cgroup = DelegatedCgroup.make()) {
      tryAll(new Fixture(folder, true), folder, cgroup::start, settings("on"));
      assertThat(cgroup.isPopulated()).isFalse();
      try (Stream<Path> all = Files.walk(cgroup.folder())) {
        assertThat(all.filter(Files::isDirectory)).containsExactly(cgroup.folder());
      }
      print("with a delegated cgroup");
    }
  }

  private void tryAll(Fixture fixture, Path folder, Starter starter, Map<String, String> settings)
      throws Exception {
    try (ServiceProcess service = starter.start(folder, settings)) {
      Map<String, String> before = fixture.alive(service.pid());
      List<List<Fault>> rounds = new ArrayList<>(List.of(List.of(Fault.values())));
      alone().map(List::of).forEach(rounds::add);
      for (List<Fault> faults : rounds) {
        ended(fixture, service, faults, true);
        ended(fixture, service, faults, false);
      }
      assertThat(fixture.alive(service.pid())).as("as before").isEqualTo(before);
      stopped(fixture, service, List.of(Fault.values()));
    }
    for (Fault fault : alone().toList()) {
      Path own = Files.createDirectory(folder.resolve("alone-" + fault.label()));
      try (ServiceProcess service = starter.start(own, settings)) {
        stopped(fixture, service, List.of(fault));
      }
    }
  }

  private static Stream<Fault> alone() {
    List<String> names = List.of(ALONE.split(","));
    return Arrays.stream(Fault.values())
        .filter(fault -> ALONE.equals("whole") || names.contains(fault.label()));
  }

  /** Cancel, or timeout. */
  private void ended(Fixture fixture, ServiceProcess service, List<Fault> faults, boolean cancel)
      throws Exception {
    String way = cancel ? "cancel" : "timeout";
    EnumMap<Fault, String> runs = new EnumMap<>(Fault.class);
    for (Fault fault : faults) {
      long timeout = faults.size() == 1 ? 1_000 : TIMEOUT_MS;
      runs.put(
          fault, service.start(fixture.request(fault, cancel ? "" : ",\"timeoutMs\":" + timeout)));
    }
    if (cancel) {
      for (String run : runs.values()) {
        awaitReady(service, run);
      }
      if (runs.containsKey(Fault.DAEMON)) {
        isShown(service, runs.get(Fault.DAEMON));
      }
      for (String run : runs.values()) {
        service.post("/v1/runs/" + run + "/cancel", "{}");
      }
    }
    for (Map.Entry<Fault, String> run : runs.entrySet()) {
      Fault fault = run.getKey();
      String[] record = new String[1];
      Awaitility.await(fault + " is exited")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> {
            record[0] = service.get("/v1/runs/" + run.getValue()).body();
            return record[0].contains("\"state\":\"exited\"");
          });
      if (fixture.expected(fault) == Outcome.ENDED) {
        assertThat(fixture.alive(service.pid())).as(way).doesNotContainValue(fault.label());
        assertThat(fixture.hops(fault)).as(way + fault).isFalse();
        assertThat(record[0]).as(way).contains("\"survivors\":[]");
        saw(fault, way, "ended");
      } else {
        saw(fault, way, isThere(fixture, service, fault) ? "there when the run was over" : "ended");
      }
    }
    Awaitility.await(way + " of " + faults)
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          for (Fault fault : faults) {
            assertThat(isThere(fixture, service, fault)).as(fault.label()).isFalse();
          }
        });
  }

  /** Who left its session is known to be the run's, and counted. */
  private static void isShown(ServiceProcess service, String run) throws Exception {
    assertThat(service.get("/v1/runs/" + run + "/processes").body())
        .contains("\"escaped\":false", "\"escaped\":true");
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(service.manage("/actuator/headcount").body())
                .containsPattern("\"escaped\":[1-9]"));
  }

  private void stopped(Fixture fixture, ServiceProcess service, List<Fault> faults)
      throws Exception {
    List<String> runs = new ArrayList<>();
    for (Fault fault : faults) {
      runs.add(service.start(fixture.request(fault, "")));
    }
    for (String run : runs) {
      awaitReady(service, run);
    }
    service.signal("TERM");
    assertThat(service.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
    for (Fault fault : faults) {
      boolean there = isThere(fixture, service, fault);
      saw(fault, "stop of the service", there ? "there when the service was over" : "ended");
      assertThat(there && fixture.expected(fault) != Outcome.HOPS).as("stop of " + fault).isFalse();
    }
    if (faults.stream().noneMatch(fault -> fixture.expected(fault) == Outcome.HOPS)) {
      assertThat(service.log()).contains(" left=0 ");
    }
    Awaitility.await("nothing of the user is left")
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          assertThat(fixture.alive(service.pid())).isEmpty();
          assertThat(fixture.hops(Fault.UNMARKED_HOPPER)).isFalse();
        });
  }

  private static boolean isThere(Fixture fixture, ServiceProcess service, Fault fault)
      throws Exception {
    return fixture.hops(fault) || fixture.alive(service.pid()).containsValue(fault.label());
  }

  private static void awaitReady(ServiceProcess service, String run) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> service.get("/v1/runs/" + run + "/output").body().contains("ready"));
  }

  private void saw(Fault fault, String way, String what) {
    seen.computeIfAbsent(fault, _ -> new LinkedHashMap<>())
        .computeIfAbsent(way, _ -> new LinkedHashSet<>())
        .add(what);
  }

  /** The table of the document, as it was seen. */
  private void print(String where) {
    System.out.printf("%n| fault, %s | cancel | timeout | stop of the service |%n", where);
    System.out.println("| --- | --- | --- | --- |");
    seen.forEach((fault, ways) ->
        System.out.println(
            ways.values().stream()
                .map(what -> String.join("; ", what))
                .collect(Collectors.joining(" | ", "| `" + fault.label() + "` | ", " |"))));
  }
}
