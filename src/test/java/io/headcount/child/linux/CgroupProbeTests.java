package io.headcount.child.linux;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What root, who may write everywhere, takes for delegated; with plain folders for cgroups. */
class CgroupProbeTests {
  @TempDir private Path parent;
  private Path own;

  @BeforeEach
  void make() throws Exception {
    own = Files.createDirectory(parent.resolve("own"));
  }

  private void check() throws CgroupPlace.Missing {
    CgroupProbe.checkDelegatedToRoot(new Cgroup(own));
  }

  @Test
  void firstCgroupOfTheMachineIsNot() {
    assertThatThrownBy(this::check)
        .hasMessageContaining(own + " is the machine's first cgroup, which root uses only when");
  }

  @Test
  void oneBelowOthersIsOnlyWithSystemdsMark() throws Exception {
    Files.createFile(own.resolve("cgroup.events"));
    Files.createFile(parent.resolve("cgroup.procs"));
    assertThatThrownBy(this::check).hasMessageContaining("is not delegated (Delegate=yes)");

    Files.getFileAttributeView(own, UserDefinedFileAttributeView.class)
        .write("delegate", StandardCharsets.US_ASCII.encode("1"));
    assertThatCode(this::check).doesNotThrowAnyException();
  }

  @Test
  void firstOneOfAContainerIs() throws Exception {
    Files.createFile(own.resolve("cgroup.events"));
    assertThatCode(this::check).doesNotThrowAnyException();
  }
}
