package io.headcount.child.linux;

import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.StartFailure;
import io.headcount.child.linux.libc.Errno;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The cgroup of one run: everything it starts is in it, whatever becomes of its session, its parent
 * and its environment. Thread-safe; what may wait in the kernel is done on the thread of {@link
 * Cgroups}, but for the start.
 */
final class RunCgroup {
  /** In place of somebody who is never seen by name: nobody's identity, so nobody is signalled. */
  private static final ProcEntry SOMEBODY = new ProcEntry(0, 0, 0, 0, 0, '?', 0, 0);

  private final Cgroup cgroup;
  private final String name;
  private final Cgroups cgroups;
  private final AtomicBoolean killing = new AtomicBoolean();

  /**
   * One that exists.
   *
   * @param name as the kernel names it
   */
  RunCgroup(Cgroup cgroup, String name, Cgroups cgroups) {
    this.cgroup = cgroup;
    this.name = name;
    this.cgroups = cgroups;
  }

  String name() {
    return name;
  }

  Cgroup cgroup() {
    return cgroup;
  }

  /**
   * Sets the limits that the controllers we have can hold.
   *
   * @return those that remain for {@link ChildLimits}
   * @throws NotStartedException at the first that the kernel refuses
   */
  Limits limit(Limits wanted) throws NotStartedException {
    boolean memory = wanted.memoryBytes() != null && cgroups.has("memory");
    boolean pids = wanted.processes() != null && cgroups.has("pids");
    if (memory) {
      set("memoryBytes", "memory.max", wanted.memoryBytes());
      set("memoryBytes", "memory.oom.group", 1L);
      cgroup.write("memory.swap.max", "0"); // a kernel without swap accounting has none
    }
    if (pids) {
      set("processes", "pids.max", wanted.processes());
    }
    if (wanted.cpuWeight() != null) {
      set("cpuWeight", "cpu.weight", wanted.cpuWeight());
    }
    return new Limits(
        memory ? null : wanted.memoryBytes(),
        wanted.cpuSeconds(),
        wanted.openFiles(),
        pids ? null : wanted.processes(),
        wanted.fileSizeBytes(),
        null,
        wanted.coreBytes());
  }

  private void set(String limit, String file, @Nullable Long value) throws NotStartedException {
    int result = cgroup.write(file, String.valueOf(value));
    if (result < 0) {
      String errno = Errno.name(-result);
      throw new NotStartedException(
          new StartFailure(
              StartFailure.Kind.OTHER,
              errno,
              "%s: limits.%s could not be set: %s did not take %s"
                  .formatted(errno, limit, file, value)));
    }
  }

  /** The file by which a process enters. */
  String entrance() {
    return cgroup.entrance();
  }

  /** Whether surely nobody lives in it. */
  boolean isEmpty() {
    try {
      return !cgroup.isPopulated();
    } catch (Proc.Unreadable e) {
      return false;
    }
  }

  /** Adds to those seen who else lives in it. */
  List<ProcEntry> with(List<ProcEntry> seen) {
    if (!cgroup.isPopulated()) {
      return seen;
    }
    List<ProcEntry> all = new ArrayList<>(seen);
    Set<Integer> known = new HashSet<>();
    seen.forEach(entry -> known.add(entry.pid()));
    for (int pid : cgroup.pids()) {
      ProcEntry entry = known.add(pid) ? Proc.local().stat(pid) : null;
      if (entry != null && !entry.isZombie()) {
        all.add(entry);
      }
    }
    return all.isEmpty() ? List.of(SOMEBODY) : all;
  }

  /** SIGKILL to all in it, soon. */
  void kill() {
    if (killing.compareAndSet(false, true)) {
      cgroups.execute(() -> {
        killing.set(false);
        cgroup.kill();
      });
    }
  }

  /** Whether the kernel has killed one of it for want of memory; null where nobody tells. */
  @Nullable Boolean oomKilled() {
    try {
      long killed = cgroups.has("memory") ? cgroup.number("memory.events", "oom_kill") : -1;
      return killed < 0 ? null : killed > 0;
    } catch (Proc.Unreadable e) {
      return null;
    }
  }

  /** Removes it as soon as nobody lives in it. */
  void remove() {
    cgroups.remove(this);
  }
}
