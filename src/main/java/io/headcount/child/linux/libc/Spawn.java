package io.headcount.child.linux.libc;

import io.headcount.child.linux.libc.Arch.Call;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Starts a command: {@code clone(2)} as {@code vfork(2)} does it, a list of system calls in the
 * child, the last of which is {@code execve(2)}. Every child has a session of its own, default
 * signal actions, an empty mask, descriptors 0 to 2 and no others, its working directory, and what
 * it is confined by before the first instruction of its command, so that nothing it forks is
 * without.
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

    /**
     * A file that 1 and 2 append to. It is opened last, in the child's own view of the machine, and
     * created if it is not there. It is no {@code FIFO}, no terminal, and nothing of {@code /proc}
     * by which the service could be written to.
     *
     * @param in as of {@link Pipes}
     * @param path relative to the folder, or else to the working directory
     * @param folder that no link and no {@code ..} leads out of; null: they lead anywhere
     */
    record File(int in, String path, @Nullable String folder) implements Stdio {}
  }

  /** Where a child starts. */
  public sealed interface Cwd {
    /** A path, as it leads when the child is there. */
    record Named(String path) implements Cwd {}

    /** A directory that is open here, wherever it is by now. */
    record Held(int fd) implements Cwd {}
  }

  /**
   * A resource limit.
   *
   * @param name as messages name it
   * @param resource one of {@link Processes}'s
   */
  public record Limit(String name, int resource, long soft, long hard) {}

  /**
   * Namespaces to enter.
   *
   * @param pid of a process that is in them, and stays until the child has entered
   * @param kinds as {@code /proc/PID/ns} names them, in the order in which they are entered
   * @param cwd the working directory in them
   */
  public record Namespaces(int pid, List<String> kinds, String cwd) {}

  /**
   * What a child gets beside its command.
   *
   * @param limits without which it must not run
   * @param mark another limit, {@code RLIMIT_LOCKS}; 0 for none
   * @param cgroup the file {@code cgroup.procs} of the cgroup that it is to be in; null for ours
   * @param noNewPrivs whether no program that it executes gains privileges
   * @param parentDeathSignal what it gets when the thread that starts it ends; 0 for nothing
   * @param namespaces where it is to be instead of here, without a capability; null for here
   */
  public record Setup(
      Stdio stdio,
      Cwd cwd,
      List<Limit> limits,
      long mark,
      @Nullable String cgroup,
      boolean noNewPrivs,
      int parentDeathSignal,
      @Nullable Namespaces namespaces) {

    /** Descriptors alone; it starts in the root directory. */
    public static Setup of(Stdio stdio) {
      return in(stdio, null);
    }

    /** Descriptors and a cgroup. */
    public static Setup in(Stdio stdio, @Nullable String cgroup) {
      return new Setup(stdio, new Cwd.Named("/"), List.of(), 0, cgroup, false, 0, null);
    }
  }

  /** Where a start can fail. */
  public enum Step {
    CLONE,
    DESCRIPTORS,
    CWD,
    LIMIT,
    MARK,
    CGROUP,
    CONFINEMENT,
    OUTPUT,
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

  private final Texts texts = new Texts();
  private final ChildCalls calls = new ChildCalls();

  /** Why code cannot be loaded here; null if it can. */
  public static @Nullable String codeProblem() {
    return CallList.problem();
  }

  /** {@code close_range(2)} as a child calls it, where nothing is open: 0, or what it refuses. */
  public static int closeNothing() {
    return Processes.syscall(Call.CLOSE_RANGE, ChildCalls.LAST_FD, ChildCalls.LAST_FD, 0);
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
    calls.write(setup, texts);
    long[] lists = texts.write();
    calls.execute(texts.address(file), lists[0], lists[1]);

    int pid = calls.run();
    if (pid < 0) {
      return new Outcome.Failed(Step.CLONE, -pid, null);
    }
    Outcome.Failed failed = calls.failure();
    if (failed == null) {
      return new Outcome.Started(pid, calls.pidfd());
    }
    Libc.close(calls.pidfd());
    Processes.reapNow(pid);
    return failed;
  }
}
