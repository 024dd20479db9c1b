package io.headcount.child.linux;

import io.headcount.child.EscapeePolicy;
import io.headcount.child.ProcessInfo;
import io.headcount.child.Signal;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends who got away from its run so thoroughly that nobody knows which it was: seen in two looks in
 * a row, and either with the mark of a run that is over, or started before any run that is still
 * known, so that no live run can have it. While one might, it is told of and left. What a library
 * of the service started is no escapee.
 *
 * <p>On the thread of the looks, but for the count.
 */
final class Escapees {
  private static final Logger LOG = LoggerFactory.getLogger(Escapees.class);

  private final EscapeePolicy policy;
  private final Platform platform;
  private final Forest forest;
  private final Marks marks;
  private final AtomicLong ended = new AtomicLong();

  /** Who was there at the last look, and of whom the log has told. */
  private Set<ProcId> before = new HashSet<>();

  private long judged;
  private final Set<ProcId> found = new HashSet<>();
  private final Set<ProcId> struck = new HashSet<>();

  Escapees(EscapeePolicy policy, Platform platform, Forest forest, Marks marks) {
    this.policy = policy;
    this.platform = platform;
    this.forest = forest;
    this.marks = marks;
  }

  /** How many were ended since the start. */
  long ended() {
    return ended.get();
  }

  boolean mayEnd() {
    return policy == EscapeePolicy.KILL;
  }

  /** Judges who has got away, by one look and the one before. */
  void judge(Snapshot snapshot) {
    if (snapshot.number() == judged) {
      return; // who asked twice before there was a look was answered twice with the next
    }
    judged = snapshot.number();
    Set<ProcId> now = new HashSet<>();
    for (ProcEntry process : snapshot.escapees()) {
      now.add(process.id());
      if (before.contains(process.id())) {
        boolean ownerless = process.startTicks() < snapshot.oldestRun() || isOfEndedRun(process);
        if (ownerless && mayEnd()) {
          end(process);
        } else if (found.add(process.id())) {
          tell(
              "event=escapee-found",
              process,
              ownerless ? "report" : "a run that lives, or has kept something, may own it");
        }
      }
    }
    before = now;
    found.retainAll(now);
    struck.retainAll(now);
  }

  private boolean isOfEndedRun(ProcEntry process) {
    long mark = Proc.local().mark(process.pid());
    return marks.isOurs(mark) && forest.byMark(mark) == null;
  }

  /** At the stop of the service no run lives any more. */
  void endAll(Snapshot snapshot) {
    if (mayEnd()) {
      snapshot.escapees().forEach(this::end);
    }
  }

  private void end(ProcEntry process) {
    ProcessInfo info = Proc.local().describe(process, true);
    boolean sent = Signals.toOne(platform, process, Signal.SIGKILL.number());
    if (struck.add(process.id())) {
      if (sent) {
        ended.incrementAndGet();
        LOG.warn(
            "event=escapee-ended pid={} startTime={} command=\"{}\"",
            info.pid(),
            info.startTime(),
            info.command());
      } else {
        tell("event=escapee-not-ended", process, "it may not be signalled, or has ended");
      }
    }
  }

  private static void tell(String event, ProcEntry process, String why) {
    ProcessInfo info = Proc.local().describe(process, true);
    LOG.warn(
        "{} pid={} startTime={} command=\"{}\" reason=\"{}\"",
        event,
        info.pid(),
        info.startTime(),
        info.command(),
        why);
  }
}
