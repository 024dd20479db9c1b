package io.headcount.child.linux;

import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.Processes;
import io.headcount.child.linux.libc.Spawn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Tries for real whether runs can have cgroups: one is made below our own, a process enters it, is
 * killed by {@code cgroup.kill} and seen to be gone, and the cgroup removed.
 */
final class CgroupProbe {
  private static final String SHELL = "/bin/sh";
  private static final List<String> CONTROLLERS = List.of("memory", "pids", "cpu");
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final String boot;
  private final boolean wanted;
  private final int self = (int) ProcessHandle.current().pid();

  /**
   * A probe.
   *
   * @param wanted whether somebody asked for cgroups: then what nobody delegated is taken too, if
   *     it can be
   */
  CgroupProbe(String boot, boolean wanted) {
    this.boot = boot;
    this.wanted = wanted;
  }

  /** What was found: the cgroups and who may use which controller, or why there are none. */
  record Result(@Nullable Cgroups cgroups, String cgroup, String controllers) {
    static final Result OFF = new Result(null, "off", "none");

    /** The folder that has a cgroup for each run; empty without cgroups. */
    String home() {
      return cgroups == null ? "" : cgroups.home().folder().toString();
    }
  }

  Result run() {
    CgroupPlace place;
    Cgroup own;
    try {
      place = CgroupPlace.ofThisProcess();
      own = new Cgroup(place.folder());
      Integer user = Proc.user(self);
      if (!wanted && user != null && user == 0) {
        checkDelegatedToRoot(own);
      }
      tryOut(own);
    } catch (CgroupPlace.Missing e) {
      return new Result(null, "no (" + e.getMessage() + ")", "none");
    }
    Set<String> controllers = new TreeSet<>(CONTROLLERS);
    controllers.retainAll(own.words("cgroup.controllers"));
    String told =
        controllers.isEmpty() ? "none (none is delegated)" : String.join(",", controllers);
    if (!controllers.isEmpty()) {
      String refused = take(own, controllers);
      if (refused != null) {
        told = "none (" + refused + ")";
        controllers = Set.of();
      }
    }
    return new Result(new Cgroups(own, place, boot, controllers, self), "yes", told);
  }

  /**
   * What root may write is not by that delegated: the machine's first cgroup is nobody's, and a
   * unit of systemd's only with its mark. The first cgroup of a container is.
   */
  static void checkDelegatedToRoot(Cgroup own) throws CgroupPlace.Missing {
    if (!Files.exists(own.folder().resolve("cgroup.events"))) {
      throw new CgroupPlace.Missing(
          own.folder() + " is the machine's first cgroup, which root uses only when told to");
    }
    if (!isMarked(own) && Files.exists(own.folder().resolveSibling("cgroup.procs"))) {
      throw new CgroupPlace.Missing(
          own.folder() + " is not delegated (Delegate=yes), and root uses it only when told to");
    }
  }

  private static boolean isMarked(Cgroup own) {
    try {
      UserDefinedFileAttributeView marks =
          Files.getFileAttributeView(own.folder(), UserDefinedFileAttributeView.class);
      return marks != null && marks.list().contains("delegate");
    } catch (IOException e) {
      return false;
    }
  }

  private void tryOut(Cgroup own) throws CgroupPlace.Missing {
    Cgroup home = own.child(Cgroups.HOME + boot);
    Cgroup probe = home.child("probe");
    check("making " + home.folder(), home.make());
    boolean works = false;
    try {
      check("making " + probe.folder(), probe.make());
      tryMember(probe);
      check("removing " + probe.folder(), probe.remove());
      works = true;
    } finally {
      if (!works) {
        home.remove();
      }
    }
  }

  private void tryMember(Cgroup probe) throws CgroupPlace.Missing {
    int[] ends = new int[2];
    check("pipe2", Libc.pipe2(ends, Libc.O_CLOEXEC));
    int nothing = Libc.open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC);
    Spawn.Setup setup =
        Spawn.Setup.in(new Spawn.Stdio.Pipes(ends[0], nothing, nothing), probe.entrance());
    Spawn.Outcome outcome =
        new Spawn().start(SHELL, List.of(SHELL, "-c", "read line"), Map.of(), setup);
    Libc.close(ends[0]);
    Libc.close(nothing);
    switch (outcome) {
      case Spawn.Outcome.Failed(Spawn.Step step, int errno, var _) -> {
        Libc.close(ends[1]);
        check("starting " + SHELL + " in " + probe.folder() + " (" + step + ")", -errno);
      }
      case Spawn.Outcome.Started(int pid, int pidfd) -> {
        Libc.close(pidfd);
        try {
          check("cgroup.kill (kernel 5.14 or newer)", probe.kill());
          awaitEmpty(probe);
        } finally {
          Libc.close(ends[1]);
          Processes.kill(pid, 9);
          Processes.reapNow(pid);
        }
      }
    }
  }

  private static void awaitEmpty(Cgroup probe) throws CgroupPlace.Missing {
    long until = System.nanoTime() + PATIENCE_NANOS;
    while (probe.isPopulated()) {
      if (System.nanoTime() - until > 0) {
        throw new CgroupPlace.Missing("cgroup.kill did not end a process within 2 s");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private static void check(String what, int result) throws CgroupPlace.Missing {
    if (result < 0) {
      throw new CgroupPlace.Missing(what + " failed with " + Errno.name(-result));
    }
  }

  /**
   * Hands the controllers on to runs. A cgroup that does so may have no process of its own, so the
   * service goes into one beside them.
   *
   * @return why it cannot be, null if it is done
   */
  private @Nullable String take(Cgroup own, Set<String> controllers) {
    Cgroup home = own.child(Cgroups.HOME + boot);
    Cgroup service = home.child(Cgroups.SERVICE);
    String all = String.join(" ", controllers.stream().map(each -> "+" + each).toList());
    int result = service.make();
    if (result == 0) {
      result = service.enter(self);
      if (result == 0) {
        result = own.write("cgroup.subtree_control", all);
        if (result == 0) {
          result = home.write("cgroup.subtree_control", all);
        }
        if (result < 0) {
          Cgroups.leaveService(own, home, controllers, self);
        }
      }
      if (result < 0) {
        service.remove();
      }
    }
    return switch (-result) {
      case 0 -> null;
      case Errno.EBUSY -> "others than the service are in " + own.folder();
      default -> "handing on " + all + " failed with " + Errno.name(-result);
    };
  }
}
