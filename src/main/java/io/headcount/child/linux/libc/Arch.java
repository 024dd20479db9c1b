package io.headcount.child.linux.libc;

/** What differs between the two processors we know: one struct, one number. */
enum Arch {
  X86_64(247, 12, 4),
  AARCH64(95, 16, 8);

  /** Of {@code waitid(2)}; its libc wrapper hides the resource usage. */
  final long waitidNumber;

  /** {@code struct epoll_event} is packed on x86-64 only. */
  final int epollEventSize;

  final int epollDataOffset;

  Arch(long waitidNumber, int epollEventSize, int epollDataOffset) {
    this.waitidNumber = waitidNumber;
    this.epollEventSize = epollEventSize;
    this.epollDataOffset = epollDataOffset;
  }

  /** By the name that Java gives it; others were refused before ({@code os.arch}). */
  static Arch current() {
    return System.getProperty("os.arch").equals("aarch64") ? AARCH64 : X86_64;
  }
}
