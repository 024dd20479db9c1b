package io.headcount.child.linux;

import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.StartFailure;
import io.headcount.child.linux.libc.Processes;
import io.headcount.child.linux.libc.Spawn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The limits that a child sets for itself, with {@code prlimit(2)}, before it is its command. */
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

  /** Those that were asked for, as the child sets them for itself. */
  static List<Spawn.Limit> of(Limits limits) {
    List<Spawn.Limit> all = new ArrayList<>();
    add(all, "memoryBytes", Processes.RLIMIT_AS, limits.memoryBytes());
    add(all, "cpuSeconds", Processes.RLIMIT_CPU, limits.cpuSeconds());
    add(all, "openFiles", Processes.RLIMIT_NOFILE, limits.openFiles());
    add(all, "processes", Processes.RLIMIT_NPROC, limits.processes());
    add(all, "fileSizeBytes", Processes.RLIMIT_FSIZE, limits.fileSizeBytes());
    return all;
  }

  private static void add(List<Spawn.Limit> all, String name, int resource, @Nullable Long value) {
    if (value != null) {
      all.add(new Spawn.Limit(name, resource, value));
    }
  }

  /** The kernel refused one. */
  static StartFailure failure(Spawn.Limit limit, String errno) {
    return new StartFailure(
        StartFailure.Kind.PERMISSION,
        errno,
        "%s: limits.%s of %d is more than the service may give; ask for at most its own hard limit"
            .formatted(errno, limit.name(), limit.value()));
  }
}
