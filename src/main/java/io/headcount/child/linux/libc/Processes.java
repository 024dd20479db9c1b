package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * Calls that signal, wait for and limit processes. What fails returns the error number negated.
 * Never {@code waitpid(-1)}: it takes the children of others.
 */
public final class Processes {
  public static final int RLIMIT_CPU = 0;
  public static final int RLIMIT_FSIZE = 1;
  public static final int RLIMIT_CORE = 4;
  public static final int RLIMIT_NPROC = 6;
  public static final int RLIMIT_NOFILE = 7;
  public static final int RLIMIT_AS = 9;
  public static final int RLIMIT_LOCKS = 10;

  private static final long PIDFD_SEND_SIGNAL = 424;
  private static final long PIDFD_OPEN = 434;
  private static final long P_PID = 1;
  private static final long P_PIDFD = 3;
  private static final long WNOHANG = 1;
  private static final long WEXITED = 4;
  private static final long WNOWAIT = 0x0100_0000;
  private static final int CLD_EXITED = 1;

  /** Where things are in {@code siginfo_t} of a SIGCHLD and in {@code struct rusage}. */
  private static final long SI_CODE = 8;

  private static final long SI_PID = 16;
  private static final long SI_STATUS = 24;
  private static final long RUSAGE = 256;
  private static final long RU_STIME = RUSAGE + 16;
  private static final long RU_MAXRSS = RUSAGE + 32;

  private static final Arch ARCH = Arch.current();

  private static final Function KILL = Function.named("kill");
  private static final Function PRLIMIT = Function.named("prlimit");
  private static final Function GETRUSAGE = Function.named("getrusage");
  private static final Function SYSCALL = Function.named("syscall");

  private Processes() {}

  /**
   * How a child ended.
   *
   * @param signaled whether a signal killed it
   * @param status the exit status, or the signal's number
   * @param userMicros processor time in user mode
   * @param systemMicros processor time in the kernel
   * @param maxRssKib peak resident set, which may be that of the process that spawned it
   */
  public record Exit(
      boolean signaled, int status, long userMicros, long systemMicros, long maxRssKib) {}

  /** Answers of {@link #wait} that are no exit. */
  public sealed interface Wait {
    /** It ended. */
    record Ended(Exit exit) implements Wait {}

    /** It lives. */
    record Alive() implements Wait {}

    /** The call failed: {@code ECHILD} is no child of ours. */
    record Failed(int errno) implements Wait {}
  }

  /** {@code kill(2)}; a negative pid is a group. The caller has checked whom it hits. */
  public static int kill(int pid, int signal) {
    return KILL.call(pid, signal);
  }

  /** {@code pidfd_open(2)}; close-on-exec by itself. */
  public static int pidfdOpen(int pid) {
    return syscall(PIDFD_OPEN, pid, 0, 0, 0, 0);
  }

  /** {@code pidfd_send_signal(2)}: hits that process or none. */
  public static int pidfdSendSignal(int pidfd, int signal) {
    return syscall(PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0, 0);
  }

  /**
   * Looks whether the child of a pidfd ended and leaves it a zombie, so that its pid stays its own.
   */
  public static Wait peek(int pidfd) {
    return wait(P_PIDFD, pidfd, WEXITED | WNOHANG | WNOWAIT);
  }

  /** Takes the exit of the child of a pidfd. */
  public static Wait reapPidfd(int pidfd) {
    return wait(P_PIDFD, pidfd, WEXITED | WNOHANG);
  }

  /** Takes the exit of one child, named by its pid. */
  public static Wait reapPid(int pid) {
    return wait(P_PID, pid, WEXITED | WNOHANG);
  }

  /** Takes the exit of one that is ending, and waits for that. */
  public static void reapNow(int pid) {
    while (reapPid(pid) instanceof Wait.Alive) {
      Thread.onSpinWait();
    }
  }

  private static Wait wait(long type, long id, long flags) {
    MemorySegment space = Scratch.ofThisThread().space;
    space.asSlice(0, 128).fill((byte) 0);
    int result =
        syscall(
            ARCH.number(Arch.Call.WAITID),
            type,
            id,
            space.address(),
            flags,
            space.address() + RUSAGE);
    if (result < 0) {
      return new Wait.Failed(-result);
    }
    if (space.get(JAVA_INT, SI_PID) == 0) {
      return new Wait.Alive();
    }
    return new Wait.Ended(
        new Exit(
            space.get(JAVA_INT, SI_CODE) != CLD_EXITED,
            space.get(JAVA_INT, SI_STATUS),
            space.get(JAVA_LONG, RUSAGE) * 1_000_000 + space.get(JAVA_LONG, RUSAGE + 8),
            space.get(JAVA_LONG, RU_STIME) * 1_000_000 + space.get(JAVA_LONG, RU_STIME + 8),
            space.get(JAVA_LONG, RU_MAXRSS)));
  }

  static int syscall(Arch.Call call, long a, long b, long c) {
    return syscall(ARCH.number(call), a, b, c, 0, 0);
  }

  private static int syscall(long number, long a, long b, long c, long d, long e) {
    return SYSCALL.call(number, a, b, c, d, e);
  }

  /** Our own peak resident set in KiB, {@code getrusage(2)}. */
  public static long ownMaxRssKib() {
    Scratch scratch = Scratch.ofThisThread();
    int result = GETRUSAGE.call(0, scratch.address() + RUSAGE);
    return result < 0 ? Long.MAX_VALUE : scratch.space.get(JAVA_LONG, RU_MAXRSS);
  }

  /** The soft limit of our own process; no limit is {@link Long#MAX_VALUE}. */
  public static long ownLimit(int resource) {
    return ownLimit(resource, 0);
  }

  /** The hard limit of our own process, up to which it may give; no limit is MAX_VALUE. */
  public static long ownHardLimit(int resource) {
    return ownLimit(resource, 8);
  }

  private static long ownLimit(int resource, long offset) {
    Scratch scratch = Scratch.ofThisThread();
    int result = PRLIMIT.call(0, resource, 0, scratch.address());
    long limit = result < 0 ? -1 : scratch.space.get(JAVA_LONG, offset);
    return limit < 0 ? Long.MAX_VALUE : limit;
  }
}
