package io.headcount.supervisor;

import io.headcount.child.Owner;
import io.headcount.output.OutputJournal;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The clocks of one run: how long it may wait, run, and be silent. All monotonic; 0 is off. On a
 * tie the overall timeout wins. Owner thread only.
 */
final class Deadlines {
  /** About 146 years: what is longer is never. Keeps sums of nanoseconds from overflowing. */
  private static final long NEVER_NANOS = Long.MAX_VALUE / 2;

  private final Owner owner;
  private final OutputJournal journal;
  private final Consumer<Reason> expired;
  private long overallDeadline;
  private Owner.@Nullable Timer queue;
  private Owner.@Nullable Timer overall;
  private Owner.@Nullable Timer noOutput;

  Deadlines(Owner owner, OutputJournal journal, Consumer<Reason> expired) {
    this.owner = owner;
    this.journal = journal;
    this.expired = expired;
  }

  void startQueue(long ms) {
    if (ms > 0 && queue == null) {
      queue = owner.schedule(nanos(ms), () -> expired.accept(Reason.QUEUE_TIMEOUT));
    }
  }

  /** Leaves the queue and starts the overall clock; called before the spawn. */
  void startOverall(long ms) {
    cancel(queue);
    queue = null;
    overallDeadline = System.nanoTime() + (ms > 0 ? nanos(ms) : NEVER_NANOS);
    if (ms > 0) {
      overall = owner.schedule(nanos(ms), () -> expired.accept(Reason.OVERALL_TIMEOUT));
    }
  }

  void startNoOutput(long ms) {
    if (ms > 0) {
      awaitSilence(System.nanoTime(), nanos(ms), nanos(ms));
    }
  }

  void cancelAll() {
    cancel(queue);
    cancel(overall);
    cancel(noOutput);
    queue = null;
    overall = null;
    noOutput = null;
  }

  /** A byte does not touch the timer: when it fires it looks how long ago the last one was. */
  private void awaitSilence(long started, long allowed, long wait) {
    noOutput =
        owner.schedule(
            wait,
            () -> {
              long now = System.nanoTime();
              long since = journal.next() == 0 ? started : journal.lastAppendNanos();
              if (now - since < allowed) {
                awaitSilence(started, allowed, allowed - (now - since));
              } else {
                expired.accept(
                    now - overallDeadline >= 0 ? Reason.OVERALL_TIMEOUT : Reason.NO_OUTPUT_TIMEOUT);
              }
            });
  }

  private static long nanos(long ms) {
    return Math.min(TimeUnit.MILLISECONDS.toNanos(ms), NEVER_NANOS);
  }

  private static void cancel(Owner.@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
  }
}
