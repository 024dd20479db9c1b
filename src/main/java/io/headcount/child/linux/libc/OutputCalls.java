package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.headcount.child.linux.libc.Arch.Call;
import io.headcount.child.linux.libc.Spawn.Stdio;
import io.headcount.child.linux.libc.Spawn.Step;
import java.lang.foreign.MemorySegment;

/**
 * The calls by which a child makes a file its descriptors 1 and 2. Flags and mode are what a shell
 * takes for {@code >>}, and two more:
 *
 * <ul>
 *   <li>{@code O_NONBLOCK}, because the service waits for the child until it executes its command.
 *       A FIFO that nobody reads is refused with it, and a file under a lease. The command finds it
 *       taken off.
 *   <li>{@code O_NOCTTY}, because the child leads a session, which a terminal would become its.
 * </ul>
 *
 * <p>Then the child seeks the end, which files and devices such as {@code /dev/null} have, and
 * FIFOs and terminals have not. Neither has {@code /proc/self/mem}: before the exec that is the
 * memory of the service, and root's command would have it to write to.
 */
final class OutputCalls {
  /** {@code struct open_how}. */
  static final long HOW_BYTES = 24;

  private static final long FLAGS =
      Libc.O_WRONLY | Libc.O_APPEND | Libc.O_CREAT | Libc.O_NOCTTY | Libc.O_NONBLOCK;
  private static final long MODE = 0666; // but for the umask
  private static final long RESOLVE_NO_MAGICLINKS = 2;
  private static final long RESOLVE_BENEATH = 8;
  private static final long SEEK_END = 2;

  private OutputCalls() {}

  /**
   * Adds them.
   *
   * @param how memory of {@link #HOW_BYTES} that stays as it is until they were made
   */
  static void add(Stdio.File file, StepCalls calls, MemorySegment how) {
    how.set(JAVA_LONG, 0, FLAGS);
    how.set(JAVA_LONG, 8, MODE);
    long below = file.folder() == null ? 0 : RESOLVE_BENEATH;
    how.set(JAVA_LONG, 16, RESOLVE_NO_MAGICLINKS | below);
    calls.add(Step.DESCRIPTORS, Call.CLOSE_RANGE, 1, ChildCalls.LAST_FD);
    if (file.folder() == null) {
      calls.open(Step.OUTPUT, StepCalls.AT_FDCWD, file.path(), how.address()); // gets number 1
      calls.add(Step.OUTPUT, Call.DUP3, 1, 2, 0);
    } else {
      calls.open(Step.OUTPUT, file.folder(), Libc.O_PATH); // gets number 1
      calls.open(Step.OUTPUT, 1, file.path(), how.address()); // gets number 2
      calls.add(Step.OUTPUT, Call.DUP3, 2, 1, 0);
    }
    calls.add(Step.OUTPUT, Call.LSEEK, 1, 0, SEEK_END);
    calls.add(Step.OUTPUT, Call.FCNTL, 1, Libc.F_SETFL, Libc.O_APPEND);
  }
}
