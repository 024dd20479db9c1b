package io.headcount.child.jdk;

import io.headcount.child.ProcessInfo;
import io.headcount.child.Signal;
import java.time.Duration;

/**
 * What can be asked of a process handle. A handle is a pid and a start time, so it never turns into
 * another process.
 */
final class Handles {
  private static final int LONGEST_COMMAND = 4096;

  private Handles() {}

  /**
   * Whether it is alive and no zombie. On Linux a zombie passes for alive with the JDK, but has
   * neither an executable nor a command line left; elsewhere the system's own init reaps orphans.
   */
  static boolean isAlive(ProcessHandle handle) {
    return handle.isAlive() && !isZombie(handle);
  }

  static boolean isZombie(ProcessHandle handle) {
    if (Platform.current() != Platform.LINUX) {
      return false;
    }
    ProcessHandle.Info info = handle.info();
    return info.command().isEmpty() && info.commandLine().isEmpty() && handle.isAlive();
  }

  /** Whether the JDK can send the signal. */
  static boolean canSend(Signal signal) {
    return signal == Signal.SIGTERM || signal == Signal.SIGKILL;
  }

  /** Sends SIGKILL, or SIGTERM in place of everything else; whether the process got it. */
  static boolean send(ProcessHandle handle, Signal signal) {
    if (handle.pid() <= 1 || handle.equals(ProcessHandle.current())) {
      return false;
    }
    return signal == Signal.SIGKILL ? handle.destroyForcibly() : handle.destroy();
  }

  static ProcessInfo describe(ProcessHandle handle) {
    ProcessHandle.Info info = handle.info();
    String command = info.commandLine().or(info::command).orElse("");
    return new ProcessInfo(
        handle.pid(),
        handle.parent().map(ProcessHandle::pid).orElse(null),
        info.startInstant().orElse(null),
        null,
        null,
        info.totalCpuDuration().map(Duration::toMillis).orElse(null),
        null,
        command.length() <= LONGEST_COMMAND ? command : command.substring(0, LONGEST_COMMAND),
        false);
  }
}
