package io.headcount.supervisor;

import io.headcount.child.ChildEnd;
import io.headcount.child.ChildExit;
import io.headcount.child.StartFailure;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What changes in a run, as one immutable value that the owner thread replaces and others read.
 * Each method is one transition; the first reason stays.
 */
record Progress(
    long version,
    RunState state,
    @Nullable Reason reason,
    @Nullable ChildExit exit,
    @Nullable StartFailure failure,
    @Nullable Start start,
    @Nullable Instant exitingAt,
    @Nullable End end,
    boolean stdinOpen) {

  /** When and as what the command began to run. */
  record Start(@Nullable Long pid, Instant at, long nanos) {}

  /** When the run settled and what was left. */
  record End(Instant at, long nanos, ChildEnd tree) {}

  static Progress queued(boolean stdinOpen) {
    return new Progress(0, RunState.QUEUED, null, null, null, null, null, null, stdinOpen);
  }

  Progress starting() {
    return with(RunState.STARTING, start, end, stdinOpen);
  }

  /** A run that was ended while it started stays in the state of its end. */
  Progress started(@Nullable Long pid) {
    RunState next = state == RunState.STARTING ? RunState.RUNNING : state;
    return with(next, new Start(pid, Instant.now(), System.nanoTime()), end, stdinOpen);
  }

  Progress exiting(Reason cause) {
    return new Progress(
        version + 1,
        RunState.EXITING,
        reason == null ? cause : reason,
        exit,
        failure,
        start,
        exitingAt == null ? Instant.now() : exitingAt,
        end,
        stdinOpen);
  }

  Progress leaderExited(ChildExit seen) {
    Progress next = exiting(seen.signal() == null ? Reason.EXIT : Reason.SIGNAL);
    return new Progress(
        next.version,
        next.state,
        next.reason,
        seen,
        failure,
        start,
        next.exitingAt,
        end,
        stdinOpen);
  }

  Progress failed(StartFailure why) {
    Reason cause = reason == null ? Reason.SPAWN_ERROR : reason;
    return new Progress(version + 1, state, cause, exit, why, start, exitingAt, end, stdinOpen);
  }

  Progress exited(ChildEnd tree) {
    End settled = new End(Instant.now(), System.nanoTime(), tree);
    return with(RunState.EXITED, start, settled, false);
  }

  /** What was kept is gone: the run shows how, and the time of its own end stays. */
  Progress keptEnded(ChildEnd tree) {
    End before = end;
    ChildEnd whole =
        before == null
            ? tree
            : new ChildEnd(
                before.tree().escalated() || tree.escalated(),
                tree.survivors(),
                false,
                before.tree().outputTruncated(),
                either(before.tree().oomKilled(), tree.oomKilled()));
    End now =
        before == null
            ? new End(Instant.now(), System.nanoTime(), whole)
            : new End(before.at(), before.nanos(), whole);
    return with(state, start, now, false);
  }

  private static @Nullable Boolean either(@Nullable Boolean one, @Nullable Boolean other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one || other;
  }

  Progress withStdinClosed() {
    return with(state, start, end, false);
  }

  private Progress with(
      RunState nextState, @Nullable Start nextStart, @Nullable End nextEnd, boolean open) {
    return new Progress(
        version + 1, nextState, reason, exit, failure, nextStart, exitingAt, nextEnd, open);
  }

  /** Whether kept descendants are still alive. */
  boolean keeps() {
    return end != null && end.tree().kept();
  }

  /** From the start of the command to its end or {@code now}; null before the start. */
  @Nullable Long durationMs(long now) {
    return start == null ? null : ((end == null ? now : end.nanos()) - start.nanos()) / 1_000_000;
  }
}
