package io.headcount.child.linux;

import io.headcount.child.Signal;
import io.headcount.child.UnsupportedPlatformException;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.Processes;
import io.headcount.child.linux.libc.Spawn;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  private static final List<String> PROCESSORS = List.of("amd64", "aarch64");
  private static final List<String> FUNCTIONS = List.of("gnu_get_libc_version", "strerrorname_np");

  private static final String OTHERWISE =
      " Or choose headcount.child.adapter=jdk, which promises less (docs/adapters.md).";

  /**
   * Probes, and makes the process what the adapter needs: a child subreaper that does not ignore
   * SIGCHLD, with descriptors 0 to 2 open, into which its children cannot look.
   *
   * @throws UnsupportedPlatformException saying what is missing
   */
  static Platform prepare() {
    int pid = (int) ProcessHandle.current().pid();
    String missing = missing(new RealProbe(pid));
    if (missing != null) {
      throw new UnsupportedPlatformException(
          "The linux child adapter cannot run here: " + missing + OTHERWISE);
    }
    int subreaper = Libc.becomeSubreaper();
    if (subreaper != 0) {
      throw new UnsupportedPlatformException(
          "prctl(PR_SET_CHILD_SUBREAPER) failed with " + Errno.name(-subreaper) + "." + OTHERWISE);
    }
    Libc.resetSignal(Signal.SIGCHLD.number());
    openStandardDescriptors();
    Map<String, String> found = new LinkedHashMap<>();
    found.put("kernel", System.getProperty("os.version"));
    found.put("arch", System.getProperty("os.arch"));
    found.put("libc", "glibc " + Libc.version());
    found.put("pidfd", "yes");
    found.put("subreaper", "yes");
    found.put("opaque", Libc.becomeOpaque() == 0 ? "yes" : "no");
    return new Platform(Collections.unmodifiableMap(found), pid, Libc.getsid(0), Libc.getpgid(0));
  }

  /** What is asked of the machine. */
  interface Probe {
    String system();

    String processor();

    boolean hasFunction(String name);

    /** 0, or the error number of {@code pidfd_open(2)}. */
    int pidfdOpenErrno();

    /** 0, or the error number of {@code waitid(2)} with {@code P_PIDFD}. */
    int waitidPidfdErrno();

    boolean listsChildren();

    /** 0, or the error number of {@code close_range(2)} with {@code CLOSE_RANGE_UNSHARE}. */
    int closeRangeErrno();

    /** What keeps code from being loaded; null if nothing does. */
    @Nullable String codeProblem();
  }

  /**
   * Says what the machine lacks, null if nothing. The order matters: each needs what is before it.
   */
  static @Nullable String missing(Probe probe) {
    if (!probe.system().equals("Linux")) {
      return "expected Linux, got " + probe.system() + ".";
    }
    if (!PROCESSORS.contains(probe.processor())) {
      return "expected a processor of x86-64 or arm64, got " + probe.processor() + ".";
    }
    for (String function : FUNCTIONS) {
      if (!probe.hasFunction(function)) {
        return "this libc has no "
            + function
            + ": expected glibc 2.34 or newer (musl, as in Alpine images, has none of it).";
      }
    }
    if (probe.pidfdOpenErrno() != 0) {
      return "pidfd_open failed with "
          + Errno.name(probe.pidfdOpenErrno())
          + ": expected a kernel of 5.4 or newer, and a seccomp profile that allows it.";
    }
    // Our own process is no child of ours: ECHILD says that P_PIDFD is known.
    if (probe.waitidPidfdErrno() == Errno.EINVAL || probe.waitidPidfdErrno() == Errno.ENOSYS) {
      return "waitid does not know P_PIDFD: expected a kernel of 5.4 or newer.";
    }
    if (probe.closeRangeErrno() != 0) {
      return "close_range failed with "
          + Errno.name(probe.closeRangeErrno())
          + ": expected a kernel of 5.9 or newer, and a seccomp profile that allows it.";
    }
    String code = probe.codeProblem();
    if (code != null) {
      return "memory for a function of ours cannot be made executable: " + code + ".";
    }
    if (!probe.listsChildren()) {
      return "the kernel does not list children in /proc/PID/task/TID/children:"
          + " expected one with CONFIG_PROC_CHILDREN, and /proc mounted.";
    }
    return null;
  }

  private record RealProbe(int pid) implements Probe {
    @Override
    public String system() {
      return System.getProperty("os.name");
    }

    @Override
    public String processor() {
      return System.getProperty("os.arch");
    }

    @Override
    public boolean hasFunction(String name) {
      return Libc.has(name);
    }

    @Override
    public int pidfdOpenErrno() {
      int pidfd = Processes.pidfdOpen(pid);
      return pidfd < 0 ? -pidfd : -Math.min(0, Libc.close(pidfd));
    }

    @Override
    public int waitidPidfdErrno() {
      int pidfd = Processes.pidfdOpen(pid);
      try {
        return Processes.peek(pidfd) instanceof Processes.Wait.Failed(int errno) ? errno : 0;
      } finally {
        Libc.close(pidfd);
      }
    }

    @Override
    public boolean listsChildren() {
      return Libc.access(Adoptees.list(pid), Libc.F_OK) == 0;
    }

    @Override
    public int closeRangeErrno() {
      return -Spawn.closeNothing();
    }

    @Override
    public @Nullable String codeProblem() {
      return Spawn.codeProblem();
    }
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

  /** Whether a process or group of this number may be signalled at all. */
  boolean maySignal(int target) {
    return target > 1 && target != pid && target != session && target != group;
  }
}
