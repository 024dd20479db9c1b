package io.headcount.child.linux.libc;

import java.util.Locale;

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

  static Arch of(String osArch) {
    return switch (osArch.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64", "arm64" -> AARCH64;
      default ->
          throw new UnsatisfiedLinkError(
              "expected a processor of x86-64 or arm64, got " + osArch);
    };
  }

  static Arch current() {
    return of(System.getProperty("os.arch"));
  }
}
