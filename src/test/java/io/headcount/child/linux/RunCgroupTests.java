package io.headcount.child.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headcount.child.ChildSpec.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is written to the files of a cgroup and read from them, with plain files in their place:
 * what the kernel makes of it is seen in {@code make cgroup-vm}.
 */
class RunCgroupTests {
  private static final Limits ALL = new Limits(1L << 25, 2L, 3L, 4L, 5L, 42L, null);

  @TempDir private Path folder;

  private RunCgroup cgroup(String... controllers) {
    Cgroups cgroups =
        new Cgroups(
            new Cgroup(folder),
            new CgroupPlace(folder, "/own"),
            "boot",
            Set.of(controllers),
            (int) ProcessHandle.current().pid());
    return new RunCgroup(new Cgroup(folder), "/own/headcount-boot/run-x.0", cgroups);
  }

  private void files(String... names) throws IOException {
    for (String name : names) {
      Files.createFile(folder.resolve(name));
    }
  }

  private String text(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  @Test
  void limitsOfItsControllersAreWrittenAndTheRestRemains() throws Exception {
    files("memory.max", "memory.oom.group", "memory.swap.max", "pids.max", "cpu.weight");

    assertThat(cgroup("memory", "pids", "cpu").limit(ALL))
        .isEqualTo(new Limits(null, 2L, 3L, null, 5L, null, null));

    assertThat(text("memory.max")).isEqualTo("33554432");
    assertThat(text("memory.oom.group")).isEqualTo("1");
    assertThat(text("memory.swap.max")).isEqualTo("0");
    assertThat(text("pids.max")).isEqualTo("4");
    assertThat(text("cpu.weight")).isEqualTo("42");
  }

  @Test
  void withoutControllersAllRemains() throws Exception {
    Limits plain = new Limits(1L << 25, 2L, 3L, 4L, 5L, null, null);

    assertThat(cgroup().limit(plain)).isEqualTo(plain);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void limitThatIsNotTakenIsNamed() {
    assertThatThrownBy(() -> cgroup("memory").limit(ALL))
        .hasMessageContaining("ENOENT: limits.memoryBytes")
        .hasMessageContaining("memory.max");
  }

  @Test
  void oomKillIsReadFromTheEvents() throws Exception {
    assertThat(cgroup("memory").oomKilled()).as("nobody tells").isNull();
    Path events = folder.resolve("memory.events");
    Files.writeString(events, "low 0\nhigh 0\nmax 7\noom 1\noom_kill 0\noom_group_kill 0\n");
    assertThat(cgroup("memory").oomKilled()).isFalse();
    Files.writeString(events, "low 0\nhigh 0\nmax 7\noom 1\noom_kill 2\noom_group_kill 1\n");
    assertThat(cgroup("memory").oomKilled()).isTrue();
    assertThat(cgroup().oomKilled()).as("without the controller").isNull();
  }

  @Test
  void emptinessIsReadFromTheEvents() throws Exception {
    assertThat(cgroup().isEmpty()).as("gone").isTrue();
    Files.writeString(folder.resolve("cgroup.events"), "populated 1\nfrozen 0\n");
    assertThat(cgroup().isEmpty()).isFalse();
    Files.writeString(folder.resolve("cgroup.events"), "populated 0\nfrozen 0\n");
    assertThat(cgroup().isEmpty()).isTrue();
  }
}
