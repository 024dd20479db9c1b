package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Calls that work on descriptors, and a few on the process itself: one method a call, named after
 * it. What fails returns the error number negated ({@code -}{@link Errno#ENOENT}), as the kernel
 * itself does.
 *
 * <p>Any thread, but a call that blocks pins the carrier of a virtual one.
 */
public final class Libc {
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0x40;
  public static final int O_NOCTTY = 0x100;
  public static final int O_APPEND = 0x400;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_CLOEXEC = 0x80000;
  public static final int O_PATH = 0x200000;
  public static final int X_OK = 1;
  public static final int F_OK = 0;

  static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final long STATX_NLINK = 4;
  private static final long STATX_BYTES = 256;
  private static final long STATX_NLINK_OFFSET = 16;
  private static final int SC_CLK_TCK = 2;
  private static final int SC_PAGESIZE = 30;
  private static final int PR_SET_DUMPABLE = 4;
  private static final int PR_SET_CHILD_SUBREAPER = 36;

  private static final Function PIPE2 = Function.named("pipe2");
  private static final Function CLOSE = Function.named("close");
  private static final Function READ = Function.named("read");
  private static final Function WRITE = Function.named("write");
  private static final Function PREAD = Function.named("pread");
  private static final Function POLL = Function.named("poll");
  private static final Function OPEN = Function.named("open");
  private static final Function FCNTL = Function.named("fcntl");
  private static final Function DUP3 = Function.named("dup3");
  private static final Function ACCESS = Function.named("access");
  private static final Function STATX = Function.named("statx");
  private static final Function EVENTFD = Function.named("eventfd");
  private static final Function PRCTL = Function.named("prctl");
  private static final Function SIGNAL = Function.named("signal");
  private static final Function SYSCONF = Function.named("sysconf");
  private static final Function GETSID = Function.named("getsid");
  private static final Function GETPGID = Function.named("getpgid");

  private Libc() {}

  /** Whether this libc has a function. */
  public static boolean has(String function) {
    return Function.exists(function);
  }

  /** {@code gnu_get_libc_version(3)}: {@code 2.36}. */
  public static String version() {
    long text = Function.named("gnu_get_libc_version").result(0, 0, 0, 0, 0, 0);
    return MemorySegment.ofAddress(text).reinterpret(64).getString(0);
  }

  /**
   * {@code pipe2(2)}.
   *
   * @param ends gets the end to read at 0, the end to write at 1
   */
  public static int pipe2(int[] ends, int flags) {
    Scratch scratch = Scratch.ofThisThread();
    int result = PIPE2.call(scratch.address(), flags);
    if (result == 0) {
      ends[0] = scratch.space.get(JAVA_INT, 0);
      ends[1] = scratch.space.get(JAVA_INT, 4);
    }
    return result;
  }

  public static int close(int fd) {
    return CLOSE.call(fd);
  }

  /** Session of a process, 0 for our own. */
  public static int getsid(int pid) {
    return GETSID.call(pid);
  }

  /** Group of a process, 0 for our own. */
  public static int getpgid(int pid) {
    return GETPGID.call(pid);
  }

  /** Reads into the buffer from its start; 0 is end-of-file. */
  public static int read(int fd, NativeBuffer buffer) {
    try {
      return READ.call(fd, buffer.address(), buffer.capacity());
    } finally {
      Reference.reachabilityFence(buffer);
    }
  }

  /** {@code poll(2)}: whether nobody has the other end of this pipe open any more. */
  public static boolean isHungUp(int fd) {
    Scratch scratch = Scratch.ofThisThread();
    scratch.space.set(JAVA_INT, 0, fd);
    scratch.space.set(JAVA_INT, Integer.BYTES, 0); // asked for nothing, it tells of a hang-up alone
    return POLL.call(scratch.address(), 1, 0) == 1;
  }

  /** Reads from {@code offset} of a file into the buffer. */
  public static int pread(int fd, NativeBuffer buffer, long offset) {
    try {
      return PREAD.call(fd, buffer.address(), buffer.capacity(), offset);
    } finally {
      Reference.reachabilityFence(buffer);
    }
  }

  /** Writes the first {@code length} bytes of the buffer. */
  public static int write(int fd, NativeBuffer buffer, int length) {
    try {
      return WRITE.call(fd, buffer.address(), length);
    } finally {
      Reference.reachabilityFence(buffer);
    }
  }

  /** Adds 1 to an eventfd: wakes who waits for it. */
  public static int eventfdWrite(int fd) {
    Scratch scratch = Scratch.ofThisThread();
    scratch.space.set(JAVA_LONG, 0, 1L);
    return WRITE.call(fd, scratch.address(), Long.BYTES);
  }

  /** {@code open(2)} without creating anything. */
  public static int open(String path, int flags) {
    return withPath(OPEN, path, flags);
  }

  /** {@code access(2)}. */
  public static int access(String path, int mode) {
    return withPath(ACCESS, path, mode);
  }

  /** {@code statx(2)}: how many links a file has, whose path is short. */
  public static int links(String path) {
    Scratch scratch = Scratch.ofThisThread();
    if (!scratch.put(path)) {
      return -Errno.ENAMETOOLONG;
    }
    MemorySegment found = scratch.space.asSlice(scratch.space.byteSize() - STATX_BYTES);
    int result =
        STATX.call(StepCalls.AT_FDCWD, scratch.address(), 0, STATX_NLINK, found.address(), 0);
    return result < 0 ? result : found.get(JAVA_INT, STATX_NLINK_OFFSET);
  }

  static int withPath(Function function, String path, int argument) {
    Scratch scratch = Scratch.ofThisThread();
    return scratch.put(path) ? function.call(scratch.address(), argument) : -Errno.ENAMETOOLONG;
  }

  /** {@code dup3(2)}: makes {@code wanted} another descriptor of the same file, close-on-exec. */
  public static int duplicateTo(int fd, int wanted) {
    return DUP3.call(fd, wanted, O_CLOEXEC);
  }

  /** The lowest free descriptor from 3 on for the same file, close-on-exec. */
  public static int duplicate(int fd) {
    return FCNTL.call(fd, F_DUPFD_CLOEXEC, 3);
  }

  /** {@code fcntl(2)} with {@code F_SETFL}. */
  public static int setFlags(int fd, int flags) {
    return FCNTL.call(fd, F_SETFL, flags);
  }

  /** {@code eventfd(2)} from 0. */
  public static int eventfd(int flags) {
    return EVENTFD.call(0, flags);
  }

  /** {@code PR_SET_CHILD_SUBREAPER}: orphans below us become our children. */
  public static int becomeSubreaper() {
    return PRCTL.call(PR_SET_CHILD_SUBREAPER, 1);
  }

  /**
   * {@code PR_SET_DUMPABLE} off: other processes of our user can neither look into this one (its
   * environment, memory and descriptors in {@code /proc}) nor trace it. What it executes is as any
   * other process again.
   */
  public static int becomeOpaque() {
    return PRCTL.call(PR_SET_DUMPABLE, 0);
  }

  /** {@code signal(2)} with {@code SIG_DFL}. */
  public static void resetSignal(int number) {
    SIGNAL.result(number, 0, 0, 0, 0, 0);
  }

  /** Ticks a second in {@code /proc}. */
  public static long ticksPerSecond() {
    return SYSCONF.call(SC_CLK_TCK);
  }

  /** Bytes a page. */
  public static long pageSize() {
    return SYSCONF.call(SC_PAGESIZE);
  }
}
