package io.headcount.child.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CgroupPlaceTests {
  private static List<String> mounts(String... lines) {
    return List.of(lines);
  }

  @ParameterizedTest
  @CsvSource({
    // One hierarchy, as systemd mounts it.
    "/, /sys/fs/cgroup, /system.slice/h.service, /sys/fs/cgroup/system.slice/h.service",
    // Both versions side by side.
    "/, /sys/fs/cgroup/unified, /, /sys/fs/cgroup/unified",
    // A container that sees only its own part, by the name that the machine gives it.
    "/docker/0a, /sys/fs/cgroup, /docker/0a, /sys/fs/cgroup",
    "/docker/0a, /sys/fs/cgroup, /docker/0a/deep/er, /sys/fs/cgroup/deep/er",
    // A mount point with a space.
    "/, /cgroups\\040here, /one, /cgroups here/one",
  })
  void findsOurCgroupWhereverItIsMounted(String root, String mount, String name, String expected)
      throws Exception {
    CgroupPlace place =
        CgroupPlace.find(
            mounts(
                "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755",
                "35 31 0:32 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory",
                "38 31 0:38 " + root + " " + mount + " rw,relatime shared:4 - cgroup2 cgroup2 rw"),
            List.of("4:memory:/elsewhere", "0::" + name));

    assertThat(place).isEqualTo(new CgroupPlace(Path.of(expected), name));
  }

  @Test
  void takesTheMountThatOurCgroupIsBelow() throws Exception {
    CgroupPlace place =
        CgroupPlace.find(
            mounts(
                "38 31 0:38 /docker/0ab /a rw - cgroup2 cgroup2 rw",
                "39 31 0:38 /docker/0a /b rw - cgroup2 cgroup2 rw"),
            List.of("0::/docker/0a/x"));

    assertThat(place.folder()).isEqualTo(Path.of("/b/x"));
  }

  @Test
  void saysWhatIsMissing() {
    List<String> mount = mounts("38 31 0:38 /docker/0a /a rw - cgroup2 cgroup2 rw");
    assertThatThrownBy(() -> CgroupPlace.find(mount, List.of("1:name=systemd:/")))
        .hasMessage("the kernel has no cgroups of version 2");
    assertThatThrownBy(
            () -> CgroupPlace.find(mounts("1 2 0:1 / / rw - ext4 x rw"), List.of("0::/")))
        .hasMessage("no file system of type cgroup2 is mounted");
    assertThatThrownBy(() -> CgroupPlace.find(mount, List.of("0::/../other")))
        .hasMessage("our cgroup, /../other, is not below what is mounted");
  }
}
