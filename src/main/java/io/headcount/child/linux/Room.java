package io.headcount.child.linux;

import io.headcount.child.ChildSpec;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.StartFailure;
import org.jspecify.annotations.Nullable;

/**
 * What is ready for a child before it is spawned.
 *
 * @param cgroup its cgroup, with the limits that it can hold; null without cgroups
 * @param limits those that the child sets for itself
 */
record Room(@Nullable RunCgroup cgroup, Limits limits) {

  /**
   * Prepares it.
   *
   * @throws NotStartedException if a limit cannot be had here, before anything ran
   */
  static Room of(@Nullable Cgroups cgroups, ChildSpec spec) throws NotStartedException {
    Limits limits = spec.limits();
    if (limits.cpuWeight() != null && (cgroups == null || !cgroups.has("cpu"))) {
      throw new NotStartedException(
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
    } catch (NotStartedException refused) {
      cgroup.remove();
      throw refused;
    }
  }

  /** Nothing was spawned. */
  void giveUp() {
    if (cgroup != null) {
      cgroup.remove();
    }
  }
}
