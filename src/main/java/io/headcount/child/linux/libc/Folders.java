package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Calls that make and remove folders. What fails returns the error number negated. */
public final class Folders {
  private static final MethodHandle MKDIR =
      Linkage.function("mkdir", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle RMDIR =
      Linkage.function("rmdir", FunctionDescriptor.of(JAVA_INT, ADDRESS));

  private Folders() {}

  /** {@code mkdir(2)}. */
  public static int mkdir(String path, int mode) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      if (!Libc.put(scratch, path)) {
        return -Errno.ENAMETOOLONG;
      }
      int result = (int) MKDIR.invokeExact(scratch.state, scratch.space, mode);
      return result < 0 ? -scratch.errno() : result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }

  /** {@code rmdir(2)}. */
  public static int rmdir(String path) {
    Linkage.Scratch scratch = Linkage.scratch();
    try {
      if (!Libc.put(scratch, path)) {
        return -Errno.ENAMETOOLONG;
      }
      int result = (int) RMDIR.invokeExact(scratch.state, scratch.space);
      return result < 0 ? -scratch.errno() : result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }
}
