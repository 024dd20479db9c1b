package io.headcount.child.linux;

import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.StartFailure;
import io.headcount.child.linux.libc.Processes;
import io.headcount.child.linux.libc.Spawn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The limits that a child sets for itself, with {@code prlimit(2)}, before it is its command. */
final class ChildLimits {
  private ChildLimits() {}

  /** Those that were asked for, and no core file if none was: a crash must not fill a workspace. */
  static List<Spawn.Limit> of(Limits limits) {
    List<Spawn.Limit> all = new ArrayList<>();
    add(all, "memoryBytes", Processes.RLIMIT_AS, limits.memoryBytes());
    if (limits.cpuSeconds() != null) {
      all.add(cpu(limits.cpuSeconds()));
    }
    add(all, "openFiles", Processes.RLIMIT_NOFILE, limits.openFiles());
    add(all, "processes", Processes.RLIMIT_NPROC, limits.processes());
    add(all, "fileSizeBytes", Processes.RLIMIT_FSIZE, limits.fileSizeBytes());
    add(
        all,
        "coreBytes",
        Processes.RLIMIT_CORE,
        limits.coreBytes() == null ? Long.valueOf(0) : limits.coreBytes());
    return all;
  }

  private static void add(List<Spawn.Limit> all, String name, int resource, @Nullable Long value) {
    if (value != null) {
      all.add(new Spawn.Limit(name, resource, value, value));
    }
  }

  /**
   * At the soft limit comes SIGXCPU, which tells why, and at the hard one, a second on, SIGKILL.
   */
  private static Spawn.Limit cpu(long seconds) {
    long most = Processes.ownHardLimit(Processes.RLIMIT_CPU);
    return new Spawn.Limit(
        "cpuSeconds",
        Processes.RLIMIT_CPU,
        seconds,
        Math.clamp(seconds + 1, seconds, Math.max(seconds, most)));
  }

  /** The kernel refused one. */
  static StartFailure failure(Spawn.Limit limit, String errno) {
    return new StartFailure(
        StartFailure.Kind.PERMISSION,
        errno,
        "%s: limits.%s of %d is more than the service may give; ask for at most its own hard limit"
            .formatted(errno, limit.name(), limit.soft()));
  }
}
