package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.headcount.child.linux.libc.Arch.Call;
import io.headcount.child.linux.libc.Spawn.Cwd;
import io.headcount.child.linux.libc.Spawn.Limit;
import io.headcount.child.linux.libc.Spawn.Namespaces;
import io.headcount.child.linux.libc.Spawn.Outcome;
import io.headcount.child.linux.libc.Spawn.Setup;
import io.headcount.child.linux.libc.Spawn.Stdio;
import io.headcount.child.linux.libc.Spawn.Step;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a {@link Setup}, in their order, and what each is for. The first ones are the same
 * for all children and written once.
 *
 * <p>The table of descriptors is shared at first ({@code CLONE_FILES}), and only its beginning is
 * copied ({@code CLOSE_RANGE_UNSHARE}): a start costs the same whether ten are open or ten
 * thousand. What came with it is closed a few calls later, before all else: for as long as a child
 * has another's pipe open, nobody sees its end.
 *
 * <p>SIGCHLD, which the service leaves at its default, is not blocked: the kernel keeps a signal
 * that its receiver blocks, and so each child that ends in time would wake one of our threads for
 * nothing.
 */
final class ChildCalls {
  static final long LAST_FD = 0xFFFF_FFFFL;

  private static final int SIGCHLD = 17;
  private static final long CLONE_FLAGS =
      0x100 // CLONE_VM
          | 0x400 // CLONE_FILES
          | 0x1000 // CLONE_PIDFD
          | 0x4000 // CLONE_VFORK
          | SIGCHLD;
  private static final long SIG_BLOCK = 0;
  private static final long SIG_SETMASK = 2;
  private static final long SIGSET_BYTES = 8;
  private static final int SIGNALS = 64;
  private static final int SIGKILL = 9;
  private static final int SIGSTOP = 19;
  private static final long CLOSE_RANGE_UNSHARE = 2;
  private static final long PR_SET_PDEATHSIG = 1;
  private static final long PR_CAPBSET_DROP = 24;
  private static final long PR_SET_NO_NEW_PRIVS = 38;
  private static final Path LAST_CAPABILITY = Path.of("/proc/sys/kernel/cap_last_cap");

  /** Entries among the first ones that each start writes anew. */
  private static final int UNSHARE = 3;

  private static final int HELD_CWD = 4;
  private static final int STDIO = 5;
  private static final int STDIO_ENTRIES = 4;

  /** Where {@link #memory} has what. */
  private static final long BLOCKED = 0;

  private static final long NO_SIGNALS = 8;
  private static final long OLD_MASK = 16;
  private static final long PIDFD = 24;
  private static final long ZERO = 28;
  private static final long DEFAULT_ACTION = 32;
  private static final long OPEN_HOW = 64;
  private static final long LIMITS = 96;
  private static final long LIMIT_BYTES = 16;

  private final MemorySegment memory = Arena.ofAuto().allocate(1024, 16);
  private final CallList calls = new CallList();
  private final StepCalls own;
  private List<Limit> limits = List.of();
  private int firstLimit;

  ChildCalls() {
    long base = memory.address();
    memory.set(JAVA_LONG, BLOCKED, ~(1L << (SIGCHLD - 1)));
    memory.set(JAVA_BYTE, ZERO, (byte) '0');
    calls.add(Call.RT_SIGPROCMASK, SIG_BLOCK, base + BLOCKED, base + OLD_MASK, SIGSET_BYTES);
    calls.add(Call.CLONE, CLONE_FLAGS, 0, base + PIDFD);
    calls.add(Call.RT_SIGPROCMASK, SIG_SETMASK, base + OLD_MASK, 0, SIGSET_BYTES);
    nothing(); // UNSHARE
    nothing(); // HELD_CWD
    for (int i = 0; i < STDIO_ENTRIES; i++) {
      nothing();
    }
    calls.add(Call.SETSID);
    for (int signal = 1; signal <= SIGNALS; signal++) {
      if (signal != SIGKILL && signal != SIGSTOP) {
        calls.add(Call.RT_SIGACTION, signal, base + DEFAULT_ACTION, 0, SIGSET_BYTES);
      }
    }
    own = new StepCalls(calls);
  }

  private void nothing() {
    nothing(calls.size());
    calls.grow();
  }

  private void nothing(int entry) {
    calls.set(entry, Call.CLOSE_RANGE, LAST_FD, LAST_FD);
  }

  /** Writes the calls of a setup, all but the last; its texts are added to {@code all}. */
  void write(Setup setup, Texts all) {
    own.begin(all);
    stdio(setup);
    cgroup(setup.cgroup());
    switch (setup.cwd()) {
      case Cwd.Held(int fd) -> calls.set(HELD_CWD, Call.FCHDIR, fd);
      case Cwd.Named(String path) -> {
        nothing(HELD_CWD);
        own.chdir(Step.CWD, path);
      }
    }
    if (setup.namespaces() != null) {
      enter(setup.namespaces());
    }
    limits(setup); // when nothing needs a descriptor any more
    if (setup.noNewPrivs()) {
      own.add(Step.CONFINEMENT, Call.PRCTL, PR_SET_NO_NEW_PRIVS, 1);
    }
    if (setup.parentDeathSignal() != 0) {
      own.add(Step.CONFINEMENT, Call.PRCTL, PR_SET_PDEATHSIG, setup.parentDeathSignal());
    }
    if (setup.stdio() instanceof Stdio.File file) {
      OutputCalls.add(file, own, memory.asSlice(OPEN_HOW, OutputCalls.HOW_BYTES));
    }
    own.add(
        Step.EXEC,
        Call.RT_SIGPROCMASK,
        SIG_SETMASK,
        memory.address() + NO_SIGNALS,
        0,
        SIGSET_BYTES);
  }

  /** Writes the last one, now that all texts have their addresses. */
  void execute(long file, long argv, long envp) {
    own.settle();
    own.add(Step.EXEC, Call.EXECVE, file, argv, envp);
  }

  /** A terminal is opened by the leader of a session, whose it becomes. */
  private void stdio(Setup setup) {
    int held = setup.cwd() instanceof Cwd.Held(int fd) ? fd : -1;
    switch (setup.stdio()) {
      case Stdio.Pipes(int in, int out, int err) -> stdio(in, out, err, held);
      case Stdio.File(int in, var _, var _) -> stdio(in, in, in, held); // until the end
      case Stdio.Terminal(String path) -> {
        unshare(held + 1);
        calls.set(STDIO, Call.CLOSE_RANGE, 0, LAST_FD);
        for (int entry = STDIO + 1; entry < STDIO + STDIO_ENTRIES; entry++) {
          nothing(entry);
        }
        own.open(Step.DESCRIPTORS, path, Libc.O_RDWR); // gets number 0
        own.add(Step.DESCRIPTORS, Call.DUP3, 0, 1, 0);
        own.add(Step.DESCRIPTORS, Call.DUP3, 0, 2, 0);
      }
    }
  }

  private void stdio(int in, int out, int err, int held) {
    unshare(Math.max(Math.max(in, held), Math.max(out, err)) + 1);
    duplicate(in, 0);
    duplicate(out, 1);
    duplicate(err, 2);
    calls.set(STDIO + 3, Call.CLOSE_RANGE, 3, LAST_FD);
  }

  /** Of the table that is shared, nothing from here on becomes the child's. */
  private void unshare(int from) {
    calls.set(UNSHARE, Call.CLOSE_RANGE, from, LAST_FD, CLOSE_RANGE_UNSHARE);
  }

  private void duplicate(int fd, int wanted) {
    if (fd == wanted) {
      nothing(STDIO + wanted);
    } else {
      calls.set(STDIO + wanted, Call.DUP3, fd, wanted, 0);
    }
  }

  private void cgroup(@Nullable String entrance) {
    if (entrance != null) {
      own.open(Step.CGROUP, entrance, Libc.O_WRONLY);
      own.add(Step.CGROUP, Call.WRITE, 3, memory.address() + ZERO, 1);
      own.add(Step.CGROUP, Call.CLOSE, 3);
    }
  }

  private void limits(Setup setup) {
    limits = setup.limits();
    firstLimit = calls.size();
    long at = LIMITS;
    for (Limit limit : limits) {
      own.add(
          Step.LIMIT, Call.PRLIMIT64, 0, limit.resource(), limit(at, limit.soft(), limit.hard()));
      at += LIMIT_BYTES;
    }
    if (setup.mark() != 0) {
      long mark = limit(at, setup.mark(), setup.mark());
      own.add(Step.MARK, Call.PRLIMIT64, 0, Processes.RLIMIT_LOCKS, mark, 0);
    }
  }

  private long limit(long at, long soft, long hard) {
    memory.set(JAVA_LONG, at, soft);
    memory.set(JAVA_LONG, at + 8, hard);
    return memory.address() + at;
  }

  /**
   * Nothing but 0 to 2 is open by then, so each opens number 3. Whoever enters a user namespace has
   * all capabilities there, and no program is to get them.
   */
  private void enter(Namespaces namespaces) {
    for (String kind : namespaces.kinds()) {
      own.open(Step.CONFINEMENT, "/proc/" + namespaces.pid() + "/ns/" + kind, Libc.O_RDONLY);
      own.add(Step.CONFINEMENT, Call.SETNS, 3, 0);
      own.add(Step.CONFINEMENT, Call.CLOSE, 3);
    }
    own.chdir(Step.CONFINEMENT, namespaces.cwd());
    for (int capability = 0; capability <= lastCapability(); capability++) {
      own.add(Step.CONFINEMENT, Call.PRCTL, PR_CAPBSET_DROP, capability);
    }
  }

  private static int lastCapability() {
    try {
      return Integer.parseInt(Files.readString(LAST_CAPABILITY).strip());
    } catch (IOException | NumberFormatException e) {
      throw new IllegalStateException(LAST_CAPABILITY + " could not be read", e);
    }
  }

  /** See {@link CallList#run}. */
  int run() {
    return calls.run();
  }

  int pidfd() {
    return memory.get(JAVA_INT, PIDFD);
  }

  /** What failed in the child; null if nothing did. */
  Outcome.@Nullable Failed failure() {
    int failed = calls.failed();
    if (failed < 0) {
      return null;
    }
    int errno = calls.errno(failed);
    Step step = own.step(failed);
    if (step == null) {
      return new Outcome.Failed(failed == HELD_CWD ? Step.CWD : Step.DESCRIPTORS, errno, null);
    }
    return new Outcome.Failed(
        step, errno, step == Step.LIMIT ? limits.get(failed - firstLimit) : null);
  }
}
