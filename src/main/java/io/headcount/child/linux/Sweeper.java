package io.headcount.child.linux;

import io.headcount.child.Leftover;
import io.headcount.child.Signal;
import io.headcount.child.Sweep;
import io.headcount.child.UnreadableMachineException;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.Processes;
import java.util.ArrayList;
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
 * our user whose environment has its cookie. Each of the latter is named by pid and start time, and
 * both and the cookie are compared after its pidfd was opened. Never init, ourselves, or who we
 * descend from.
 */
final class Sweeper {
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int QUIET_LOOKS = 2;

  /** How often a process without an environment may be in the middle of an exec. */
  private static final int UNSURE_LOOKS = 20;

  /** The parent of the kernel's threads, which never have one. */
  private static final int KERNEL_THREADS = 2;

  private final Platform platform;
  private final Set<String> boots;
  private final List<DeadCgroup> cgroups;
  private final Proc proc = Proc.local();
  private final @Nullable Integer user;
  private final Set<Integer> ancestors = new HashSet<>();
  private final Map<ProcId, Leftover> found = new LinkedHashMap<>();

  /** Processes without an environment at this look, and those that never had one at many. */
  private final Set<ProcId> unsure = new HashSet<>();

  private final Set<ProcId> bare = new HashSet<>();

  Sweeper(Platform platform, Set<String> boots, List<DeadCgroup> cgroups) {
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
      List<Leftover> alive = kill ? end() : lookUntilSure();
      if (kill) {
        cgroups.forEach(DeadCgroup::remove);
      }
      return new Sweep(List.copyOf(found.values()), alive);
    } catch (Proc.Unreadable e) {
      throw new UnreadableMachineException();
    }
  }

  private List<Leftover> end() {
    long started = System.nanoTime();
    List<Leftover> alive = List.of();
    for (int quiet = 0;
        quiet < QUIET_LOOKS && System.nanoTime() - started < MOST_NANOS;
        quiet = alive.isEmpty() && !isPopulated() ? quiet + 1 : 0) {
      alive = lookUntilSure();
      cgroups.forEach(DeadCgroup::kill);
      for (Map.Entry<ProcId, Leftover> each : found.entrySet()) {
        if (alive.contains(each.getValue())) {
          kill(each.getKey(), each.getValue());
        }
      }
      LockSupport.parkNanos(alive.isEmpty() ? 0 : PAUSE_NANOS);
    }
    return alive;
  }

  private List<Leftover> lookUntilSure() {
    List<Leftover> alive = look();
    for (int looks = 1; !unsure.isEmpty() && alive.isEmpty() && looks < UNSURE_LOOKS; looks++) {
      LockSupport.parkNanos(PAUSE_NANOS);
      alive = look();
    }
    bare.addAll(unsure);
    return alive;
  }

  private List<Leftover> look() {
    unsure.clear();
    List<Leftover> alive = new ArrayList<>();
    for (int pid : Proc.pids()) {
      if (platform.maySignal(pid) && !ancestors.contains(pid)) {
        ProcEntry entry = proc.stat(pid);
        String[] cookie = entry == null || entry.isZombie() ? null : cookie(entry);
        if (entry != null && cookie != null) {
          alive.add(
              found.computeIfAbsent(
                  entry.id(), id -> new Leftover(cookie[0], cookie[1], proc.describe(id))));
        }
      }
    }
    addMembers(alive);
    return alive;
  }

  private void addMembers(List<Leftover> alive) {
    for (DeadCgroup cgroup : cgroups) {
      for (DeadCgroup.Member member : cgroup.members()) {
        ProcEntry entry = proc.stat(member.pid());
        if (entry != null && !entry.isZombie()) {
          Leftover leftover =
              found.computeIfAbsent(
                  entry.id(), id -> new Leftover(cgroup.boot(), member.run(), proc.describe(id)));
          if (!alive.contains(leftover)) {
            alive.add(leftover);
          }
        }
      }
    }
  }

  private boolean isPopulated() {
    return cgroups.stream().anyMatch(DeadCgroup::isPopulated);
  }

  /** Boot and run of a process that is ours to end, else null. */
  private String @Nullable [] cookie(ProcEntry entry) {
    String cookie = proc.cookie(entry.pid());
    if (cookie == null) {
      return null;
    }
    if (cookie.isEmpty() && entry.ppid() != KERNEL_THREADS && !bare.contains(entry.id())) {
      unsure.add(entry.id());
    }
    int dot = cookie.indexOf('.');
    return dot > 0
            && boots.contains(cookie.substring(0, dot))
            && user != null
            && user.equals(Proc.user(entry.pid()))
        ? new String[] {cookie.substring(0, dot), cookie.substring(dot + 1)}
        : null;
  }

  private void kill(ProcId id, Leftover leftover) {
    int pidfd = Processes.pidfdOpen(id.pid());
    if (pidfd < 0) {
      return;
    }
    try {
      ProcEntry now = proc.stat(id.pid());
      if (now != null
          && now.startTicks() == id.startTicks()
          && (leftover.boot() + "." + leftover.run()).equals(proc.cookie(id.pid()))) {
        Processes.pidfdSendSignal(pidfd, Signal.SIGKILL.number());
      }
    } finally {
      Libc.close(pidfd);
    }
  }
}
