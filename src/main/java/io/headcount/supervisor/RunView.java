package io.headcount.supervisor;

import io.headcount.child.ChildExit;
import io.headcount.child.ChildSpec.Terminal;
import io.headcount.child.ProcessInfo;
import io.headcount.child.StartFailure;
import io.headcount.output.OutputTotals;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run as it is at one moment. Immutable.
 *
 * @param boot the life of the service that started it
 * @param id its name for ever
 * @param spec what was asked for
 * @param version grows with every change of state
 * @param state where it stands
 * @param reason why it ends or ended; null before that
 * @param exit how the leader ended; null before, or when nobody saw it
 * @param failure why it did not start
 * @param cwd the absolute working directory
 * @param pid the leader's process id, null before the start
 * @param createdAt when the request was taken
 * @param startedAt when the command ran
 * @param exitingAt when its end began
 * @param exitedAt when it was over
 * @param durationMs from the start of the command to its end or now; null before the start
 * @param overallTimeoutMs the clock in force, 0 is off
 * @param noOutputTimeoutMs the clock in force, 0 is off
 * @param graceMs the grace in force
 * @param killEscalated whether SIGKILL was needed
 * @param oomKilled whether the kernel ended one of it for want of memory; null where nobody tells
 * @param survivors what could not be ended
 * @param keepsDescendants whether kept descendants are still alive
 * @param stdinOpen whether standard input takes more
 * @param stdinOffset bytes accepted for standard input so far
 * @param terminal its terminal, of the size that it has now; null when it has none
 * @param output what the journal holds
 */
public record RunView(
    String boot,
    String id,
    RunSpec spec,
    long version,
    RunState state,
    @Nullable Reason reason,
    @Nullable ChildExit exit,
    @Nullable StartFailure failure,
    String cwd,
    @Nullable Long pid,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant exitingAt,
    @Nullable Instant exitedAt,
    @Nullable Long durationMs,
    long overallTimeoutMs,
    long noOutputTimeoutMs,
    long graceMs,
    boolean killEscalated,
    @Nullable Boolean oomKilled,
    List<ProcessInfo> survivors,
    boolean keepsDescendants,
    boolean stdinOpen,
    long stdinOffset,
    @Nullable Terminal terminal,
    OutputTotals output) {
  /** For this limit the kernel counts in ticks, so usage may say less than the limit. */
  private static final long LEAST_MS_A_SECOND = 500;

  /** The file that its output goes to, absolute; null when it comes to the service. */
  public @Nullable String outputFile() {
    String file = spec.output().file();
    return file == null ? null : Path.of(cwd).resolve(file).toString();
  }

  /**
   * The limit that ended the command; null if none did, or nothing proves it. SIGXFSZ comes of a
   * file that became too large; SIGXCPU of processor time, of which about as much as the limit must
   * have been used.
   */
  public @Nullable String limitReached() {
    String signal = exit == null ? null : exit.signal();
    ChildExit.Usage usage = exit == null ? null : exit.usage();
    Long seconds = spec.limits().cpuSeconds();
    if ("SIGXFSZ".equals(signal) && spec.limits().fileSizeBytes() != null) {
      return "fileSizeBytes";
    }
    return "SIGXCPU".equals(signal)
            && seconds != null
            && usage != null
            && usage.userMs() + usage.systemMs() >= seconds * LEAST_MS_A_SECOND
        ? "cpuSeconds"
        : null;
  }
}
