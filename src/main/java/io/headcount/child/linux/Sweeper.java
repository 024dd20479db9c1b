package io.headcount.child.linux;

import io.headcount.child.Leftover;
import io.headcount.child.ProcessInfo;
import io.headcount.child.Signal;
import io.headcount.child.Sweep;
import io.headcount.child.UnreadableMachineException;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.Processes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Ends what earlier boots have left: processes in the cgroups of one of these boots, and those of
 * our user that have one of its marks. Each of the latter is named by pid and start time, and both
 * and the mark are compared after its pidfd was opened. Never init, ourselves, or who we descend
 * from. A cookie alone, which anybody may have in its environment, says whose it was and no more.
 */
final class Sweeper {
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int QUIET_LOOKS = 2;

  private final Platform platform;
  private final Map<String, MarkRange> boots;
  private final List<DeadCgroup> cgroups;
  private final Proc proc = Proc.local();
  private final @Nullable Integer user;
  private final Set<Integer> ancestors = new HashSet<>();
  private final Map<ProcId, Found> found = new LinkedHashMap<>();

  /** Who was seen; the run is null if neither its cgroup nor its environment tells. */
  private record Found(String boot, long mark, @Nullable String run, ProcessInfo process) {}

  Sweeper(Platform platform, Map<String, MarkRange> boots, List<DeadCgroup> cgroups) {
    this.platform = platform;
    this.boots = boots;
    this.cgroups = cgroups;
    this.user = Proc.user(platform.pid());
    ProcEntry entry = proc.stat(platform.pid());
    while (entry != null && entry.ppid() > 0 && ancestors.add(entry.ppid())) {
      entry = proc.stat(entry.ppid());
    }
  }

  Sweep sweep(boolean kill) {
    try {
      Set<ProcId> alive = kill ? end() : look();
      if (kill) {
        cgroups.forEach(DeadCgroup::remove);
      }
      List<Found> left =
          found.entrySet().stream()
              .filter(each -> alive.contains(each.getKey()))
              .map(Map.Entry::getValue)
              .toList();
      return new Sweep(leftovers(found.values()), leftovers(left), unproven());
    } catch (Proc.Unreadable e) {
      throw new UnreadableMachineException();
    }
  }

  private Set<ProcId> end() {
    long started = System.nanoTime();
    Set<ProcId> alive = Set.of();
    for (int quiet = 0;
        quiet < QUIET_LOOKS && System.nanoTime() - started < MOST_NANOS;
        quiet = alive.isEmpty() && !isPopulated() ? quiet + 1 : 0) {
      alive = look();
      cgroups.forEach(DeadCgroup::kill);
      alive.forEach(this::kill);
      LockSupport.parkNanos(alive.isEmpty() ? 0 : PAUSE_NANOS);
    }
    return alive;
  }

  private Set<ProcId> look() {
    Set<ProcId> alive = new HashSet<>();
    for (ProcEntry entry : others()) {
      long mark = proc.mark(entry.pid());
      String boot = bootOf(mark);
      if (boot != null && isOurUsers(entry.pid())) {
        alive.add(entry.id());
        found.computeIfAbsent(
            entry.id(), id -> new Found(boot, mark, runOf(id.pid(), boot), proc.describe(id)));
      }
    }
    addMembers(alive);
    return alive;
  }

  /** Everybody but those that are never signalled. */
  private List<ProcEntry> others() {
    List<ProcEntry> all = new ArrayList<>();
    for (int pid : Proc.pids()) {
      if (platform.maySignal(pid) && !ancestors.contains(pid)) {
        ProcEntry entry = proc.stat(pid);
        if (entry != null && !entry.isZombie()) {
          all.add(entry);
        }
      }
    }
    return all;
  }

  private boolean isOurUsers(int pid) {
    return user != null && user.equals(Proc.user(pid));
  }

  private @Nullable String bootOf(long mark) {
    return boots.entrySet().stream()
        .filter(boot -> boot.getValue().contains(mark))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(null);
  }

  private @Nullable String runOf(int pid, String boot) {
    String cookie = proc.cookie(pid);
    return cookie != null && cookie.startsWith(boot + ".")
        ? cookie.substring(boot.length() + 1)
        : null;
  }

  private void addMembers(Set<ProcId> alive) {
    for (DeadCgroup cgroup : cgroups) {
      for (DeadCgroup.Member member : cgroup.members()) {
        ProcEntry entry = proc.stat(member.pid());
        if (entry != null && !entry.isZombie()) {
          alive.add(entry.id());
          found.computeIfAbsent(
              entry.id(),
              id -> new Found(cgroup.boot(), Marks.NONE, member.run(), proc.describe(id)));
        }
      }
    }
  }

  private boolean isPopulated() {
    return cgroups.stream().anyMatch(DeadCgroup::isPopulated);
  }

  /** Who has cleared its environment is of the run of those that have the same mark. */
  private List<Leftover> leftovers(Collection<Found> some) {
    Map<Long, String> runs = new LinkedHashMap<>();
    for (Found each : found.values()) {
      if (each.run() != null && each.mark() != Marks.NONE) {
        runs.put(each.mark(), each.run());
      }
    }
    return some.stream()
        .map(each ->
            new Leftover(
                each.boot(),
                each.run() == null ? runs.get(each.mark()) : each.run(),
                each.process()))
        .toList();
  }

  private List<Leftover> unproven() {
    List<Leftover> all = new ArrayList<>();
    for (ProcEntry entry : others()) {
      for (String boot : boots.keySet()) {
        String run = found.containsKey(entry.id()) ? null : runOf(entry.pid(), boot);
        if (run != null && isOurUsers(entry.pid())) {
          all.add(new Leftover(boot, run, proc.describe(entry.id())));
        }
      }
    }
    return all;
  }

  /** Members of cgroups without a mark are ended by their cgroup. */
  private void kill(ProcId id) {
    Found whom = found.get(id);
    int pidfd = Processes.pidfdOpen(id.pid());
    if (pidfd < 0) {
      return;
    }
    try {
      ProcEntry now = proc.stat(id.pid());
      if (now != null
          && now.startTicks() == id.startTicks()
          && whom != null
          && whom.boot().equals(bootOf(proc.mark(id.pid())))) {
        Processes.pidfdSendSignal(pidfd, Signal.SIGKILL.number());
      }
    } finally {
      Libc.close(pidfd);
    }
  }
}
