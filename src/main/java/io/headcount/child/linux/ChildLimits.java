package io.headcount.child.linux;

import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.StartFailure;
import io.headcount.child.linux.libc.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Limits of {@code setrlimit(2)} as {@code prlimit(1)} takes them, which sets them on itself and
 * executes the command in its place: so they hold from the command's first instruction.
 */
enum ChildLimits {
  MEMORY("memoryBytes", "as", Processes.RLIMIT_AS),
  CPU("cpuSeconds", "cpu", Processes.RLIMIT_CPU),
  OPEN_FILES("openFiles", "nofile", Processes.RLIMIT_NOFILE),
  PROCESSES("processes", "nproc", Processes.RLIMIT_NPROC),
  FILE_SIZE("fileSizeBytes", "fsize", Processes.RLIMIT_FSIZE),
  CORE("coreBytes", "core", Processes.RLIMIT_CORE);

  private static final Path MOST_FILES = Path.of("/proc/sys/fs/nr_open");

  private final String name;
  private final String option;
  private final int resource;

  ChildLimits(String name, String option, int resource) {
    this.name = name;
    this.option = option;
    this.resource = resource;
  }

  private @Nullable Long of(Limits limits) {
    return switch (this) {
      case MEMORY -> limits.memoryBytes();
      case CPU -> limits.cpuSeconds();
      case OPEN_FILES -> limits.openFiles();
      case PROCESSES -> limits.processes();
      case FILE_SIZE -> limits.fileSizeBytes();
      case CORE -> limits.coreBytes();
    };
  }

  /** What the child was to have and could not get, so that it must not run. */
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

  /** The options for what is limited. */
  static List<String> options(Limits limits) {
    List<String> options = new ArrayList<>();
    for (ChildLimits each : values()) {
      Long value = each.of(limits);
      if (value != null) {
        options.add("--" + each.option + "=" + value + ":" + each.hard(value));
      }
    }
    return options;
  }

  /**
   * A second later, for processor time: at the soft limit comes SIGXCPU, which tells why, and at
   * the hard one SIGKILL.
   */
  private long hard(long soft) {
    return this == CPU ? Math.clamp(soft + 1, soft, Math.max(soft, most())) : soft;
  }

  /** The most that an ordinary user's service may give. */
  private long most() {
    return Processes.ownHardLimit(resource);
  }

  /** Which of them the kernel did not take; it does not say so itself. */
  static Refused refused(Limits limits) {
    for (ChildLimits each : values()) {
      Long value = each.of(limits);
      if (value != null && (value > each.most() || (each == OPEN_FILES && value > mostFiles()))) {
        return new Refused(
            new StartFailure(
                StartFailure.Kind.PERMISSION,
                "EPERM",
                ("EPERM: limits.%s of %d is more than the service may give; ask for at most its own"
                        + " hard limit")
                    .formatted(each.name, value)));
      }
    }
    return new Refused(
        new StartFailure(
            StartFailure.Kind.OTHER, null, "the kernel did not take one of the limits: " + limits));
  }

  private static long mostFiles() {
    try {
      return Long.parseLong(Files.readString(MOST_FILES).strip());
    } catch (IOException | NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }
}
