package io.headcount.child.linux.libc;

import java.lang.foreign.MemorySegment;

/** Error numbers of Linux, the same on x86-64 and arm64 ({@code errno(3)}). */
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int E2BIG = 7;
  public static final int ENOEXEC = 8;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int EXDEV = 18;
  public static final int ENODEV = 19;
  public static final int ENOTDIR = 20;
  public static final int EISDIR = 21;
  public static final int EINVAL = 22;
  public static final int ENFILE = 23;
  public static final int EMFILE = 24;
  public static final int ETXTBSY = 26;
  public static final int ENOSPC = 28;
  public static final int ESPIPE = 29;
  public static final int EROFS = 30;
  public static final int EPIPE = 32;
  public static final int ENAMETOOLONG = 36;
  public static final int ENOTEMPTY = 39;
  public static final int ENOSYS = 38;
  public static final int ELOOP = 40;
  public static final int EDQUOT = 122;

  private static final Function STRERRORNAME = Function.named("strerrorname_np");

  private Errno() {}

  /** {@code strerrorname_np(3)}: {@code ENOENT} for 2. */
  public static String name(int errno) {
    long name = STRERRORNAME.result(errno, 0, 0, 0, 0, 0);
    return name == 0
        ? "errno " + errno
        : MemorySegment.ofAddress(name).reinterpret(64).getString(0);
  }
}
