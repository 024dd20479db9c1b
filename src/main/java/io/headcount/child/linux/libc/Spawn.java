package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.headcount.child.linux.libc.Arch.Call;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Starts a command: {@code clone(2)} as {@code vfork(2)} does it, a list of system calls in the
 * child, the last of which is {@code execve(2)}. Every child has a session of its own, default
 * signal actions, an empty mask, descriptors 0 to 2 and no others, its working directory, its
 * limits and its cgroup before the first instruction of its command, so that nothing it forks is
 * without.
 *
 * <p>The table of descriptors is shared at first ({@code CLONE_FILES}), and only its beginning is
 * copied ({@code CLOSE_RANGE_UNSHARE}): a start costs the same whether ten are open or ten
 * thousand.
 *
 * <p>One thread at a time: the memory is used again. Blocks until the child has executed the
 * command or failed to (some hundred microseconds).
 */
public final class Spawn {
  /** What becomes descriptors 0 to 2 of a child. */
  public sealed interface Stdio {
    /**
     * Descriptors of ours: each is either 3 or more, or the number that it is to become. The higher
     * they are, the more of the table is copied.
     */
    record Pipes(int in, int out, int err) implements Stdio {}

    /** A terminal, by its path: the child's session gets it as its controlling terminal. */
    record Terminal(String path) implements Stdio {}
  }

  /**
   * A resource limit, soft and hard.
   *
   * @param name as messages name it
   * @param resource one of {@link Processes}'s
   */
  public record Limit(String name, int resource, long value) {}

  /**
   * What a child gets beside its command.
   *
   * @param required limits without which it must not run
   * @param mark one that it is to have if it may, as {@code RLIMIT_LOCKS}; 0 for none
   * @param oomScore what is written to its {@code oom_score_adj} if it may; null for nothing
   * @param cgroup the file {@code cgroup.procs} of the cgroup that it is to be in; null for ours
   */
  public record Setup(
      Stdio stdio,
      String cwd,
      List<Limit> required,
      long mark,
      @Nullable String oomScore,
      @Nullable String cgroup) {

    /** Descriptors and a working directory alone. */
    public static Setup of(Stdio stdio, String cwd) {
      return new Setup(stdio, cwd, List.of(), 0, null, null);
    }
  }

  /** Where a start can fail. */
  public enum Step {
    CLONE,
    DESCRIPTORS,
    CWD,
    LIMIT,
    CGROUP,
    EXEC
  }

  /** What came of it. */
  public sealed interface Outcome {
    /** It executes the command; the descriptor is close-on-exec and ours to close. */
    record Started(int pid, int pidfd) implements Outcome {}

    /**
     * There is no child, and nothing is open.
     *
     * @param limit which, if it was that
     */
    record Failed(Step step, int errno, @Nullable Limit limit) implements Outcome {}
  }

  private static final long CLONE_FLAGS =
      0x100 // CLONE_VM
          | 0x400 // CLONE_FILES
          | 0x1000 // CLONE_PIDFD
          | 0x4000 // CLONE_VFORK
          | 17; // SIGCHLD
  private static final long SIG_BLOCK = 0;
  private static final long SIG_SETMASK = 2;
  private static final long SIGSET_BYTES = 8;
  private static final int SIGNALS = 64;
  private static final int SIGKILL = 9;
  private static final int SIGSTOP = 19;
  private static final long CLOSE_RANGE_UNSHARE = 2;
  private static final long LAST_FD = 0xFFFF_FFFFL;
  private static final long AT_FDCWD = -100;

  /**
   * Entries that each start writes anew, among those that all share. What is open in the service is
   * closed first, for as long as a child has it open nobody reads its end.
   */
  private static final int UNSHARE = 3;

  private static final int STDIO = 5;
  private static final int SHUT = 8;

  /** Where {@link #memory} has what. */
  private static final long ALL_SIGNALS = 0;

  private static final long NO_SIGNALS = 8;
  private static final long OLD_MASK = 16;
  private static final long PIDFD = 24;
  private static final long DEFAULT_ACTION = 32;
  private static final long LIMITS = 64;

  private final MemorySegment memory = Arena.ofAuto().allocate(1024, 16);
  private final Texts texts = new Texts();
  private final CallList calls = new CallList();
  private final int shared;

  /** Why code cannot be loaded here; null if it can. */
  public static @Nullable String codeProblem() {
    return CallList.problem();
  }

  /** {@code close_range(2)} as a child calls it, where nothing is open: 0, or what it refuses. */
  public static int closeNothing() {
    return (int) Processes.syscall(Arch.Call.CLOSE_RANGE, LAST_FD, LAST_FD, 0, 0, 0);
  }

  public Spawn() {
    long base = memory.address();
    memory.set(JAVA_LONG, ALL_SIGNALS, -1L);
    calls.add(Call.RT_SIGPROCMASK, SIG_BLOCK, base + ALL_SIGNALS, base + OLD_MASK, SIGSET_BYTES);
    calls.add(Call.CLONE, CLONE_FLAGS, 0, base + PIDFD);
    calls.add(Call.RT_SIGPROCMASK, SIG_SETMASK, base + OLD_MASK, 0, SIGSET_BYTES);
    calls.add(Call.CLOSE_RANGE, 0, LAST_FD, CLOSE_RANGE_UNSHARE);
    calls.add(Call.SETSID);
    for (int entry = STDIO; entry < SHUT; entry++) {
      calls.add(Call.DUP3);
    }
    calls.add(Call.CLOSE_RANGE, 3, LAST_FD);
    for (int signal = 1; signal <= SIGNALS; signal++) {
      if (signal != SIGKILL && signal != SIGSTOP) {
        calls.add(Call.RT_SIGACTION, signal, base + DEFAULT_ACTION, 0, SIGSET_BYTES);
      }
    }
    shared = calls.size();
  }

  /**
   * Starts a command.
   *
   * @param path the file to execute, absolute or relative to the working directory
   */
  public Outcome start(String path, List<String> argv, Map<String, String> env, Setup setup) {
    texts.clear();
    argv.forEach(texts::add);
    texts.endList();
    env.forEach((name, value) -> texts.add(name + "=" + value));
    texts.endList();
    int file = texts.add(path);
    int cwd = texts.add(setup.cwd());
    int terminal = texts.add(setup.stdio() instanceof Stdio.Terminal(String name) ? name : "");
    int oomFile = texts.add("/proc/self/oom_score_adj");
    String oomScore = setup.oomScore();
    int score = texts.add(oomScore == null ? "" : oomScore);
    int cgroup = texts.add(setup.cgroup() == null ? "" : setup.cgroup());
    int zero = texts.add("0");
    long[] lists = texts.write();

    calls.cut(shared);
    stdio(setup.stdio(), terminal);
    int cwdAt = calls.size();
    calls.add(Call.CHDIR, texts.address(cwd));
    int cgroupAt = calls.size();
    if (setup.cgroup() != null) {
      calls.add(Call.OPENAT, AT_FDCWD, texts.address(cgroup), Libc.O_WRONLY); // gets number 3
      calls.add(Call.WRITE, 3, texts.address(zero), 1);
      calls.add(Call.CLOSE, 3);
    }
    if (oomScore != null) {
      calls.addOptional(Call.OPENAT, AT_FDCWD, texts.address(oomFile), Libc.O_WRONLY);
      calls.addOptional(Call.WRITE, 3, texts.address(score), oomScore.length());
      calls.addOptional(Call.CLOSE, 3);
    }
    int limitsAt = calls.size();
    long at = LIMITS;
    for (Limit limit : setup.required()) {
      calls.add(Call.PRLIMIT64, 0, limit.resource(), limit(at, limit.value()), 0);
      at += 16;
    }
    int execAt = calls.size();
    if (setup.mark() != 0) {
      calls.addOptional(Call.PRLIMIT64, 0, Processes.RLIMIT_LOCKS, limit(at, setup.mark()), 0);
      execAt++;
    }
    calls.add(Call.RT_SIGPROCMASK, SIG_SETMASK, memory.address() + NO_SIGNALS, 0, SIGSET_BYTES);
    calls.add(Call.EXECVE, texts.address(file), lists[0], lists[1]);

    int pid = calls.run();
    if (pid < 0) {
      return new Outcome.Failed(Step.CLONE, -pid, null);
    }
    int pidfd = memory.get(JAVA_INT, PIDFD);
    int failed = calls.failed();
    if (failed < 0) {
      return new Outcome.Started(pid, pidfd);
    }
    Libc.close(pidfd);
    Processes.reapNow(pid);
    int errno = calls.errno(failed);
    if (failed < cwdAt) {
      return new Outcome.Failed(Step.DESCRIPTORS, errno, null);
    }
    if (failed < cgroupAt) {
      return new Outcome.Failed(Step.CWD, errno, null);
    }
    if (failed < limitsAt) {
      return new Outcome.Failed(Step.CGROUP, errno, null);
    }
    return failed < execAt
        ? new Outcome.Failed(Step.LIMIT, errno, setup.required().get(failed - limitsAt))
        : new Outcome.Failed(Step.EXEC, errno, null);
  }

  /** A terminal is opened by the leader of a session, whose it becomes. */
  private void stdio(Stdio stdio, int terminal) {
    switch (stdio) {
      case Stdio.Pipes(int in, int out, int err) -> {
        unshare(Math.max(in, Math.max(out, err)) + 1);
        duplicate(in, 0);
        duplicate(out, 1);
        duplicate(err, 2);
      }
      case Stdio.Terminal _ -> {
        unshare(0);
        calls.set(STDIO, Call.OPENAT, AT_FDCWD, texts.address(terminal), Libc.O_RDWR); // number 0
        calls.set(STDIO + 1, Call.DUP3, 0, 1, 0);
        calls.set(STDIO + 2, Call.DUP3, 0, 2, 0);
      }
    }
  }

  /** Of the table that is shared, nothing from here on becomes the child's. */
  private void unshare(int from) {
    calls.set(UNSHARE, Call.CLOSE_RANGE, from, LAST_FD, CLOSE_RANGE_UNSHARE);
  }

  private void duplicate(int fd, int wanted) {
    if (fd == wanted) {
      calls.set(STDIO + wanted, Call.CLOSE_RANGE, LAST_FD, LAST_FD); // nothing to do
    } else {
      calls.set(STDIO + wanted, Call.DUP3, fd, wanted, 0);
    }
  }

  private long limit(long at, long value) {
    memory.set(JAVA_LONG, at, value);
    memory.set(JAVA_LONG, at + 8, value);
    return memory.address() + at;
  }
}
