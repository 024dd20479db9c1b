package io.headcount.child.linux.libc;

/** Calls that make and remove folders. What fails returns the error number negated. */
public final class Folders {
  private static final Function MKDIR = Function.named("mkdir");
  private static final Function RMDIR = Function.named("rmdir");

  private Folders() {}

  /** {@code mkdir(2)}. */
  public static int mkdir(String path, int mode) {
    return Libc.withPath(MKDIR, path, mode);
  }

  /** {@code rmdir(2)}. */
  public static int rmdir(String path) {
    return Libc.withPath(RMDIR, path, 0);
  }
}
