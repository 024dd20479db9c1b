package io.headcount.child.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.linux.libc.Errno;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the adapter cannot do without is refused at the start, by name. */
class PlatformTests {

  private record Answers(
      String system,
      String without,
      int pidfdOpenErrno,
      int waitidPidfdErrno,
      boolean listsChildren,
      int closeRangeErrno,
      @Nullable String codeProblem)
      implements Platform.Probe {
    @Override
    public String processor() {
      return "riscv64".equals(without) ? without : "amd64";
    }

    @Override
    public boolean hasFunction(String name) {
      return !name.equals(without);
    }
  }

  /** waitid of one's own pidfd: not a child. */
  private static final int ECHILD = 10;

  @Test
  void nothingIsMissingWhereEverythingIsThere() {
    assertThat(Platform.missing(new Answers("Linux", "", 0, ECHILD, true, 0, null))).isNull();
  }

  @Test
  void otherSystemIsRefused() {
    assertThat(Platform.missing(new Answers("Mac OS X", "", 0, ECHILD, true, 0, null)))
        .contains("expected Linux, got Mac OS X");
  }

  @Test
  void otherProcessorIsRefused() {
    assertThat(Platform.missing(new Answers("Linux", "riscv64", 0, ECHILD, true, 0, null)))
        .contains("x86-64 or arm64", "riscv64");
  }

  @Test
  void libcOfAnotherKindIsRefused() {
    assertThat(
            Platform.missing(
                new Answers("Linux", "gnu_get_libc_version", 0, ECHILD, true, 0, null)))
        .contains("gnu_get_libc_version", "glibc 2.34", "musl");
  }

  @Test
  void kernelWithoutPidfdIsRefused() {
    assertThat(Platform.missing(new Answers("Linux", "", Errno.ENOSYS, ECHILD, true, 0, null)))
        .contains("pidfd_open", "ENOSYS", "5.4");
    assertThat(Platform.missing(new Answers("Linux", "", Errno.EPERM, ECHILD, true, 0, null)))
        .contains("EPERM", "seccomp");
  }

  @Test
  void kernelWithoutWaitidByPidfdIsRefused() {
    assertThat(Platform.missing(new Answers("Linux", "", 0, Errno.EINVAL, true, 0, null)))
        .contains("P_PIDFD", "5.4");
  }

  @Test
  void kernelThatListsNoChildrenIsRefused() {
    assertThat(Platform.missing(new Answers("Linux", "", 0, ECHILD, false, 0, null)))
        .contains("CONFIG_PROC_CHILDREN");
  }

  @Test
  void kernelWithoutCloseRangeIsRefused() {
    assertThat(Platform.missing(new Answers("Linux", "", 0, ECHILD, true, Errno.ENOSYS, null)))
        .contains("close_range", "ENOSYS", "5.9");
  }

  @Test
  void machineThatLoadsNoCodeIsRefused() {
    assertThat(
            Platform.missing(
                new Answers("Linux", "", 0, ECHILD, true, 0, "mprotect failed with EACCES")))
        .contains("executable", "mprotect failed with EACCES");
  }

  @Test
  void thisMachineIsPrepared() {
    Platform platform = Platform.prepare();

    assertThat(platform.pid()).isEqualTo((int) ProcessHandle.current().pid());
    assertThat(platform.capabilities())
        .containsKeys("kernel", "arch", "libc", "pidfd", "subreaper")
        .containsEntry("opaque", "yes");
  }
}
