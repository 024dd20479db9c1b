package io.headcount.supervisor;

import io.headcount.child.ChildEnd;
import io.headcount.child.ChildExit;
import io.headcount.child.ProcessInfo;
import io.headcount.child.StartFailure;
import java.time.Instant;
import java.util.List;
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
    @Nullable Long pid,
    @Nullable Instant startedAt,
    long startedNanos,
    @Nullable Instant exitingAt,
    @Nullable Instant exitedAt,
    long exitedNanos,
    boolean killEscalated,
    List<ProcessInfo> survivors,
    boolean kept,
    boolean stdinOpen) {

  static Progress queued(boolean stdinOpen) {
    return new Progress(
        0,
        RunState.QUEUED,
        null,
        null,
        null,
        null,
        null,
        0,
        null,
        null,
        0,
        false,
        List.of(),
        false,
        stdinOpen);
  }

  Progress starting() {
    return new Progress(
        version + 1,
        RunState.STARTING,
        reason,
        exit,
        failure,
        pid,
        startedAt,
        startedNanos,
        exitingAt,
        exitedAt,
        exitedNanos,
        killEscalated,
        survivors,
        kept,
        stdinOpen);
  }

  /** A run that was ended while it started stays in the state of its end. */
  Progress started(@Nullable Long leader) {
    RunState next = state == RunState.STARTING ? RunState.RUNNING : state;
    return new Progress(
        version + 1,
        next,
        reason,
        exit,
        failure,
        leader,
        Instant.now(),
        System.nanoTime(),
        exitingAt,
        exitedAt,
        exitedNanos,
        killEscalated,
        survivors,
        kept,
        stdinOpen);
  }

  Progress exiting(Reason cause) {
    return new Progress(
        version + 1,
        RunState.EXITING,
        reason == null ? cause : reason,
        exit,
        failure,
        pid,
        startedAt,
        startedNanos,
        exitingAt == null ? Instant.now() : exitingAt,
        exitedAt,
        exitedNanos,
        killEscalated,
        survivors,
        kept,
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
        pid,
        startedAt,
        startedNanos,
        next.exitingAt,
        exitedAt,
        exitedNanos,
        killEscalated,
        survivors,
        kept,
        stdinOpen);
  }

  Progress failed(StartFailure why) {
    return new Progress(
        version + 1,
        state,
        reason == null ? Reason.SPAWN_ERROR : reason,
        exit,
        why,
        pid,
        startedAt,
        startedNanos,
        exitingAt,
        exitedAt,
        exitedNanos,
        killEscalated,
        survivors,
        kept,
        stdinOpen);
  }

  Progress exited(ChildEnd end) {
    return new Progress(
        version + 1,
        RunState.EXITED,
        reason,
        exit,
        failure,
        pid,
        startedAt,
        startedNanos,
        exitingAt,
        Instant.now(),
        System.nanoTime(),
        killEscalated || end.escalated(),
        end.survivors(),
        end.kept(),
        false);
  }

  Progress keptEnded(ChildEnd end) {
    return new Progress(
        version + 1,
        state,
        reason,
        exit,
        failure,
        pid,
        startedAt,
        startedNanos,
        exitingAt,
        exitedAt,
        exitedNanos,
        killEscalated || end.escalated(),
        end.survivors(),
        false,
        false);
  }

  Progress withStdinClosed() {
    return new Progress(
        version + 1,
        state,
        reason,
        exit,
        failure,
        pid,
        startedAt,
        startedNanos,
        exitingAt,
        exitedAt,
        exitedNanos,
        killEscalated,
        survivors,
        kept,
        false);
  }

  /** From the start of the command to its end or {@code now}; null before the start. */
  @Nullable Long durationMs(long now) {
    if (startedAt == null) {
      return null;
    }
    return ((exitedAt == null ? now : exitedNanos) - startedNanos) / 1_000_000;
  }
}
