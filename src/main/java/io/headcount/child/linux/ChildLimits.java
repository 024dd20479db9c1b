package io.headcount.child.linux;

import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.StartFailure;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Processes;
import org.jspecify.annotations.Nullable;

/**
 * Sets the limits of a child from outside, with {@code prlimit(2)}, and of what it has forked
 * meanwhile: between its exec and this lie some microseconds, on a busy machine more. Later
 * children inherit them.
 */
final class ChildLimits {
  private ChildLimits() {}

  /** A limit that could not be set, so that the child must not run. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient StartFailure failure;

    Refused(StartFailure failure) {
      super(failure.message(), null, false, false);
      this.failure = failure;
    }

    StartFailure failure() {
      return failure;
    }
  }

  /**
   * Sets what was asked for; a child that has ended meanwhile needs none.
   *
   * @throws Refused at the first limit that the kernel refuses
   */
  static void set(int pid, Limits limits) throws Refused {
    if (!limits.equals(Limits.NONE)) {
      setOne(pid, limits);
      for (int child : Children.of(pid)) {
        set(child, limits);
      }
    }
  }

  private static void setOne(int pid, Limits limits) throws Refused {
    set(pid, "memoryBytes", Processes.RLIMIT_AS, limits.memoryBytes());
    set(pid, "cpuSeconds", Processes.RLIMIT_CPU, limits.cpuSeconds());
    set(pid, "openFiles", Processes.RLIMIT_NOFILE, limits.openFiles());
    set(pid, "processes", Processes.RLIMIT_NPROC, limits.processes());
    set(pid, "fileSizeBytes", Processes.RLIMIT_FSIZE, limits.fileSizeBytes());
  }

  private static void set(int pid, String name, int resource, @Nullable Long value) throws Refused {
    if (value != null) {
      int result = Processes.limit(pid, resource, value);
      if (result < 0 && result != -Errno.ESRCH) {
        throw new Refused(failure(name, value, Errno.name(-result)));
      }
    }
  }

  private static StartFailure failure(String limit, long value, String errno) {
    return new StartFailure(
        StartFailure.Kind.PERMISSION,
        errno,
        "%s: limits.%s of %d is more than the service may give; ask for at most its own hard limit"
            .formatted(errno, limit, value));
  }
}
