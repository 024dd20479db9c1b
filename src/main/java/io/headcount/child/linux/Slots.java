package io.headcount.child.linux;

import io.headcount.child.linux.Descriptors.Fd;
import io.headcount.child.linux.Descriptors.Kind;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;

/**
 * Three low descriptors of one spawner, where what a child is given stands for the time of its
 * start if it has a high number: the kernel copies a child's table up to the highest, entry by
 * entry, and so a start would take longer the more are open. One thread.
 */
final class Slots {
  private static final int COUNT = 3;

  /** So many more to copy cost less than to move one. */
  private static final int WORTH_IT = 64;

  private final Fd nothing;
  private final Fd[] slots = new Fd[COUNT];
  private final boolean[] used = new boolean[COUNT];

  /**
   * Takes the lowest that are free.
   *
   * @param nothing what is in them between two starts
   */
  Slots(Descriptors descriptors, Fd nothing) {
    this.nothing = nothing;
    for (int i = 0; i < COUNT; i++) {
      int fd = Libc.duplicate(nothing.number());
      if (fd < 0) {
        throw new IllegalStateException("fcntl(F_DUPFD_CLOEXEC) failed: " + Errno.name(-fd));
      }
      slots[i] = descriptors.opened(Kind.FILE, fd);
    }
  }

  /** What is in them between two starts. */
  int nothing() {
    return nothing.number();
  }

  /** A descriptor of the same file with a low number, or the error number negated. */
  int low(int slot, int fd) {
    int low = slots[slot].number();
    if (fd <= low + WORTH_IT) {
      return fd;
    }
    used[slot] = true;
    return Libc.duplicateTo(fd, low);
  }

  /** They hold nothing open any more. */
  void empty() {
    for (int i = 0; i < COUNT; i++) {
      if (used[i]) {
        used[i] = false;
        Libc.duplicateTo(nothing.number(), slots[i].number());
      }
    }
  }

  void close() {
    for (Fd slot : slots) {
      slot.close();
    }
  }
}
