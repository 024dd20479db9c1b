package io.headcount.child.linux;

import io.headcount.child.UnsupportedPlatformException;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.Processes;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What this machine has, found out once at the start. What we cannot do without is refused here, by
 * name, rather than later by a puzzle.
 *
 * @param capabilities what was found, for people
 * @param pid our own
 * @param session our own, never to be signalled
 * @param group our own, never to be signalled
 */
record Platform(Map<String, String> capabilities, int pid, int session, int group) {
  private static final int SIGCHLD = 17;
  private static final String OTHERWISE =
      " Or choose headcount.child.adapter=jdk, which promises less (docs/adapters.md).";

  /**
   * Probes, and makes the process what the adapter needs: a child subreaper that does not ignore
   * SIGCHLD, with descriptors 0 to 2 open.
   *
   * @throws UnsupportedPlatformException saying what is missing
   */
  static Platform prepare() {
    String system = System.getProperty("os.name");
    require(system.equals("Linux"), "expected Linux, got " + system + ".");
    requireLibc();
    int pid = (int) ProcessHandle.current().pid();
    requirePidfd(pid);
    require(
        Libc.access(Adoptees.list(pid), Libc.F_OK) == 0,
        "the kernel does not list children in "
            + Adoptees.list(pid)
            + ": it needs CONFIG_PROC_CHILDREN, and /proc mounted.");
    int subreaper = Libc.becomeSubreaper();
    require(
        subreaper == 0,
        "prctl(PR_SET_CHILD_SUBREAPER) failed with " + Errno.name(-subreaper) + ".");
    Libc.resetSignal(SIGCHLD);
    openStandardDescriptors();
    Map<String, String> found = new LinkedHashMap<>();
    found.put("adapter", "linux");
    found.put("kernel", System.getProperty("os.version"));
    found.put("arch", System.getProperty("os.arch"));
    found.put("libc", "glibc " + Libc.version());
    found.put("pidfd", "yes");
    found.put("subreaper", "yes");
    return new Platform(Map.copyOf(found), pid, Libc.getsid(0), Libc.getpgid(0));
  }

  private static void requireLibc() {
    for (String function :
        new String[] {
          "posix_spawn_file_actions_addclosefrom_np",
          "posix_spawn_file_actions_addchdir_np",
          "gnu_get_libc_version",
          "strerrorname_np"
        }) {
      require(
          Libc.has(function),
          "this libc has no "
              + function
              + ": expected glibc 2.34 or newer (musl, as in Alpine images, has none of it).");
    }
  }

  /** waitid of our own pidfd fails with ECHILD where P_PIDFD is known, with EINVAL where not. */
  private static void requirePidfd(int pid) {
    int pidfd = Processes.pidfdOpen(pid);
    require(
        pidfd >= 0,
        "pidfd_open failed with "
            + Errno.name(-pidfd)
            + ": expected a kernel of 5.4 or newer, and a seccomp profile that allows it.");
    Processes.Wait wait = Processes.peek(pidfd);
    Libc.close(pidfd);
    require(
        !(wait instanceof Processes.Wait.Failed(int errno)
            && (errno == Errno.EINVAL || errno == Errno.ENOSYS)),
        "waitid does not know P_PIDFD: expected a kernel of 5.4 or newer.");
  }

  /**
   * A service started with {@code <&-} has no descriptor 0; a pipe that got that number would be
   * closed by the child's own redirection.
   */
  private static void openStandardDescriptors() {
    int fd;
    do {
      fd = Libc.open("/dev/null", Libc.O_RDONLY | Libc.O_CLOEXEC);
    } while (fd >= 0 && fd <= 2);
    if (fd > 2) {
      Libc.close(fd);
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new UnsupportedPlatformException(
          "The linux child adapter cannot run here: " + otherwise + OTHERWISE);
    }
  }

  /** Whether a process or group of this number may be signalled at all. */
  boolean maySignal(int target) {
    return target > 1 && target != pid && target != session && target != group;
  }
}
