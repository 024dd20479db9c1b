package io.headcount.child.linux;

import io.headcount.child.ChildSpec;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.StartFailure;
import io.headcount.child.linux.libc.Errno;
import org.jspecify.annotations.Nullable;

/**
 * What is ready for a child before it is spawned.
 *
 * @param cgroup its cgroup, with the limits that it can hold; null without cgroups
 * @param limits those that the child sets on itself, see {@link Launch}
 */
record Room(@Nullable RunCgroup cgroup, Limits limits) {

  /**
   * Prepares it.
   *
   * @throws ChildLimits.Refused if a limit cannot be had here, before anything ran
   */
  static Room of(@Nullable Cgroups cgroups, ChildSpec spec) throws ChildLimits.Refused {
    Limits limits = spec.limits();
    if (limits.cpuWeight() != null && (cgroups == null || !cgroups.has("cpu"))) {
      throw new ChildLimits.Refused(
          new StartFailure(
              StartFailure.Kind.OTHER,
              null,
              "limits.cpuWeight: expected none, got "
                  + limits.cpuWeight()
                  + "; the service has no cgroup with the cpu controller (see cgroupControllers in"
                  + " the capabilities of /v1/info)"));
    }
    if (cgroups == null) {
      return new Room(null, limits);
    }
    RunCgroup cgroup = cgroups.make(spec);
    try {
      return new Room(cgroup, cgroup.limit(limits));
    } catch (ChildLimits.Refused refused) {
      cgroup.remove();
      throw refused;
    }
  }

  /**
   * Takes the child in, and whom it has forked meanwhile.
   *
   * @throws ChildLimits.Refused if it must not run, because it would run without what was asked for
   */
  void takeIn(int pid) throws ChildLimits.Refused {
    int result = cgroup == null ? 0 : cgroup.enter(pid);
    if (result < 0) {
      String errno = Errno.name(-result);
      throw new ChildLimits.Refused(
          new StartFailure(
              result == -Errno.EAGAIN || result == -Errno.EMFILE || result == -Errno.ENOMEM
                  ? StartFailure.Kind.RESOURCES
                  : StartFailure.Kind.OTHER,
              errno,
              errno + ": the command could not be moved to its cgroup"));
    }
  }

  /** Nothing was spawned. */
  void giveUp() {
    if (cgroup != null) {
      cgroup.remove();
    }
  }
}
