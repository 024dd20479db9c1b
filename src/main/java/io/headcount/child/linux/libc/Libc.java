package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

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
  private static final int SC_CLK_TCK = 2;
  private static final int SC_PAGESIZE = 30;
  private static final int PR_SET_DUMPABLE = 4;
  private static final int PR_SET_CHILD_SUBREAPER = 36;

  private static final FunctionDescriptor INT_INT = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
  private static final FunctionDescriptor IO =
      FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);

  private static final MethodHandle PIPE2 =
      Linkage.function("pipe2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CLOSE = Linkage.function("close", INT_INT);
  private static final MethodHandle READ = Linkage.function("read", IO);
  private static final MethodHandle WRITE = Linkage.function("write", IO);
  private static final MethodHandle PREAD =
      Linkage.function(
          "pread", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle OPEN =
      Linkage.variadic("open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle FCNTL =
      Linkage.variadic("fcntl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle DUP3 =
      Linkage.function("dup3", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle ACCESS =
      Linkage.function("access", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle EVENTFD =
      Linkage.function("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle PRCTL =
      Linkage.variadic(
          "prctl",
          1,
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle SIGNAL =
      Linkage.function("signal", FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
  private static final MethodHandle SYSCONF =
      Linkage.function("sysconf", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
  private static final MethodHandle GETSID = Linkage.function("getsid", INT_INT);
  private static final MethodHandle GETPGID = Linkage.function("getpgid", INT_INT);

  private Libc() {}

  /** Whether this libc has a function. */
  public static boolean has(String function) {
    return Linkage.has(function);
  }

  /** {@code gnu_get_libc_version(3)}: {@code 2.36}. */
  public static String version() {
    try {
      MethodHandle version = Linkage.plain("gnu_get_libc_version", FunctionDescriptor.of(ADDRESS));
      MemorySegment text = (MemorySegment) version.invokeExact();
      return text.reinterpret(64).getString(0);
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /**
   * {@code pipe2(2)}.
   *
   * @param ends gets the end to read at 0, the end to write at 1
   */
  public static int pipe2(int[] ends, int flags) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      int result = (int) PIPE2.invokeExact(scratch.state, scratch.space, flags);
      if (result < 0) {
        return -scratch.errno();
      }
      ends[0] = scratch.space.get(JAVA_INT, 0);
      ends[1] = scratch.space.get(JAVA_INT, 4);
      return 0;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  public static int close(int fd) {
    return call(CLOSE, fd);
  }

  /** Session of a process, 0 for our own. */
  public static int getsid(int pid) {
    return call(GETSID, pid);
  }

  /** Group of a process, 0 for our own. */
  public static int getpgid(int pid) {
    return call(GETPGID, pid);
  }

  private static int call(MethodHandle function, int argument) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      int result = (int) function.invokeExact(scratch.state, argument);
      return result < 0 ? -scratch.errno() : result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /** Reads into the buffer from its start; 0 is end-of-file. */
  public static int read(int fd, NativeBuffer buffer) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      long result =
          (long) READ.invokeExact(scratch.state, fd, buffer.segment, (long) buffer.capacity());
      return result < 0 ? -scratch.errno() : (int) result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /** Reads from {@code offset} of a file into the buffer. */
  public static int pread(int fd, NativeBuffer buffer, long offset) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      long result =
          (long)
              PREAD.invokeExact(
                  scratch.state, fd, buffer.segment, (long) buffer.capacity(), offset);
      return result < 0 ? -scratch.errno() : (int) result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /** Writes the first {@code length} bytes of the buffer. */
  public static int write(int fd, NativeBuffer buffer, int length) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      long result = (long) WRITE.invokeExact(scratch.state, fd, buffer.segment, (long) length);
      return result < 0 ? -scratch.errno() : (int) result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /** Adds 1 to an eventfd: wakes who waits for it. */
  public static int eventfdWrite(int fd) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      scratch.space.set(JAVA_LONG, 0, 1L);
      long result = (long) WRITE.invokeExact(scratch.state, fd, scratch.space, 8L);
      return result < 0 ? -scratch.errno() : (int) result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /** {@code open(2)} without creating anything. */
  public static int open(String path, int flags) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      if (!put(scratch, path)) {
        return -Errno.ENAMETOOLONG;
      }
      int result = (int) OPEN.invokeExact(scratch.state, scratch.space, flags, 0);
      return result < 0 ? -scratch.errno() : result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /** {@code access(2)}. */
  public static int access(String path, int mode) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      if (!put(scratch, path)) {
        return -Errno.ENAMETOOLONG;
      }
      int result = (int) ACCESS.invokeExact(scratch.state, scratch.space, mode);
      return result < 0 ? -scratch.errno() : result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  static boolean put(Linkage.Scratch scratch, String path) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= Linkage.Scratch.SPACE) {
      return false;
    }
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, scratch.space, 0, bytes.length);
    scratch.space.set(java.lang.foreign.ValueLayout.JAVA_BYTE, bytes.length, (byte) 0);
    return true;
  }

  /** {@code dup3(2)}: makes {@code wanted} another descriptor of the same file, close-on-exec. */
  public static int duplicateTo(int fd, int wanted) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      int result = (int) DUP3.invokeExact(scratch.state, fd, wanted, O_CLOEXEC);
      return result < 0 ? -scratch.errno() : result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /** The lowest free descriptor from 3 on for the same file, close-on-exec. */
  public static int duplicate(int fd) {
    return fcntl(fd, F_DUPFD_CLOEXEC, 3);
  }

  /** {@code fcntl(2)} with {@code F_SETFL}. */
  public static int setFlags(int fd, int flags) {
    return fcntl(fd, F_SETFL, flags);
  }

  private static int fcntl(int fd, int command, int argument) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      int result = (int) FCNTL.invokeExact(scratch.state, fd, command, argument);
      return result < 0 ? -scratch.errno() : result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /** {@code eventfd(2)} from 0. */
  public static int eventfd(int flags) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      int result = (int) EVENTFD.invokeExact(scratch.state, 0, flags);
      return result < 0 ? -scratch.errno() : result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /** {@code PR_SET_CHILD_SUBREAPER}: orphans below us become our children. */
  public static int becomeSubreaper() {
    return prctl(PR_SET_CHILD_SUBREAPER, 1);
  }

  /**
   * {@code PR_SET_DUMPABLE} off: other processes of our user can neither look into this one (its
   * environment, memory and descriptors in {@code /proc}) nor trace it. What it executes is as any
   * other process again.
   */
  public static int becomeOpaque() {
    return prctl(PR_SET_DUMPABLE, 0);
  }

  private static int prctl(int option, long value) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      int result = (int) PRCTL.invokeExact(scratch.state, option, value, 0L, 0L, 0L);
      return result < 0 ? -scratch.errno() : result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /** {@code signal(2)} with {@code SIG_DFL}. */
  public static void resetSignal(int number) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      MemorySegment _ =
          (MemorySegment) SIGNAL.invokeExact(scratch.state, number, MemorySegment.NULL);
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /** Ticks a second in {@code /proc}. */
  public static long ticksPerSecond() {
    return sysconf(SC_CLK_TCK);
  }

  /** Bytes a page. */
  public static long pageSize() {
    return sysconf(SC_PAGESIZE);
  }

  private static long sysconf(int name) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      return (long) SYSCONF.invokeExact(scratch.state, name);
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }
}
