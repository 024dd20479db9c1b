package io.headcount.child.linux.libc;

import java.util.HexFormat;

/** What differs between the two processors we know: numbers of system calls, one struct, code. */
enum Arch {
  X86_64(12, 4),
  AARCH64(16, 8);

  /** {@code struct epoll_event} is packed on x86-64 only. */
  final int epollEventSize;

  final int epollDataOffset;

  Arch(int epollEventSize, int epollDataOffset) {
    this.epollEventSize = epollEventSize;
    this.epollDataOffset = epollDataOffset;
  }

  /** System calls by name; what both number alike has one number. */
  enum Call {
    CHDIR(80, 49),
    CLONE(56, 220),
    CLOSE(3, 57),
    CLOSE_RANGE(436, 436),
    DUP3(292, 24),
    EXECVE(59, 221),
    FCHDIR(81, 50),
    FCNTL(72, 25),
    LSEEK(8, 62),
    OPENAT(257, 56),
    OPENAT2(437, 437),
    PRCTL(157, 167),
    PRLIMIT64(302, 261),
    RT_SIGACTION(13, 134),
    RT_SIGPROCMASK(14, 135),
    SETNS(308, 268),
    SETSID(112, 157),
    WAITID(247, 95),
    WRITE(1, 64);

    private final long x86;
    private final long arm;

    Call(long x86, long arm) {
      this.x86 = x86;
      this.arm = arm;
    }
  }

  long number(Call call) {
    return this == X86_64 ? call.x86 : call.arm;
  }

  /**
   * The function of {@link CallList}: {@code src/test/c/call_list_x86_64.S} and {@code
   * call_list_aarch64.S}, assembled. {@code MachineCodeTests} assembles them again.
   */
  byte[] callListCode() {
    return HexFormat.of()
        .parseHex(
            switch (this) {
              case X86_64 ->
                  """
                  53554889fb4889fd488b03488b7b08488b7310488b53184c8b53204c8b43280f05\
                  4883c340488b03488b7b08488b7310488b53184c8b53204c8b43280f05\
                  488943384883c3404885c07420\
                  488b03488b7b08488b7310488b53184c8b53204c8b43280f05488b43f85d5bc3\
                  4883c340488b03488b7b08488b7310488b53184c8b53204c8b43280f05\
                  4885c079de4889433848895d38bf7f000000b83c0000000f05\
                  """;
              case AARCH64 ->
                  """
                  f353bfa9f30300aaf40300aa680240f9608640a9628e41a9641640f9010000d4\
                  73020191680240f9608640a9628e41a9641640f9010000d4\
                  601e00f973020191200100b4\
                  680240f9608640a9628e41a9641640f9010000d460825ff8f353c1a8c0035fd6\
                  73020191680240f9608640a9628e41a9641640f9010000d4\
                  40ffffb6601e00f9931e00f9e00f80d2a80b80d2010000d4\
                  """;
            });
  }

  /** By the name that Java gives it; others were refused before ({@code os.arch}). */
  static Arch current() {
    return System.getProperty("os.arch").equals("aarch64") ? AARCH64 : X86_64;
  }
}
