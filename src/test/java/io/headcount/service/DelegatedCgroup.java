package io.headcount.service;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A real cgroup of version 2 that belongs to the user of the service, as {@code Delegate=yes} gives
 * one. Where none can be made the test is skipped, and says why.
 */
final class DelegatedCgroup implements AutoCloseable {
  private final Path folder;

  private DelegatedCgroup(Path folder) {
    this.folder = folder;
  }

  static DelegatedCgroup make() throws Exception {
    Path folder = own().resolve("headcount-test-" + UUID.randomUUID());
    try {
      Files.createDirectory(folder);
    } catch (IOException e) {
      throw skipped("no cgroup can be made here: " + e);
    }
    DelegatedCgroup made = new DelegatedCgroup(folder);
    if (!Files.exists(folder.resolve("cgroup.kill"))) {
      made.close();
      throw skipped("no cgroup.kill: the kernel is older than 5.14");
    }
    if (OrdinaryUser.testsAreRoot()) {
      for (String file : List.of("", "cgroup.procs", "cgroup.subtree_control", "cgroup.threads")) {
        Files.setAttribute(folder.resolve(file), "unix:uid", OrdinaryUser.ID);
      }
    }
    return made;
  }

  private static RuntimeException skipped(String why) {
    System.out.println("skipped, " + why);
    return abort("skipped, " + why);
  }

  private static Path own() throws IOException {
    String name =
        Files.readAllLines(Path.of("/proc/self/cgroup")).stream()
            .filter(line -> line.startsWith("0::/"))
            .map(line -> line.substring(4))
            .findFirst()
            .orElseThrow(() -> skipped("there are no cgroups of version 2"));
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .filter(line -> line.contains(" - cgroup2 "))
        .map(line -> Path.of(line.split(" ", -1)[4], name))
        .filter(Files::isDirectory)
        .findFirst()
        .orElseThrow(() -> skipped("no cgroup2 is mounted"));
  }

  Path folder() {
    return folder;
  }

  /** Starts the service in it, as the ordinary user. */
  ServiceProcess start(Path home, java.util.Map<String, String> env) throws Exception {
    Path enter = home.resolve("enter");
    Files.writeString(enter, "echo $$ >%s/cgroup.procs && exec \"$@\"\n".formatted(folder));
    return OrdinaryUser.start(home, "bash " + enter, env);
  }

  /** The cgroups of runs that are there now, of whichever boot. */
  List<Path> ofRuns() throws IOException {
    try (Stream<Path> all = Files.walk(folder, 2)) {
      return all.filter(path -> path.getFileName().toString().startsWith("run-")).toList();
    } catch (java.io.UncheckedIOException e) {
      return ofRuns(); // one went while we looked
    }
  }

  boolean isPopulated() throws IOException {
    return Files.readString(folder.resolve("cgroup.events")).contains("populated 1");
  }

  @Override
  public void close() throws IOException {
    if (Files.exists(folder.resolve("cgroup.kill"))) {
      Files.writeString(folder.resolve("cgroup.kill"), "1");
    }
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !isPopulated());
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each :
          all.filter(Files::isDirectory).sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
