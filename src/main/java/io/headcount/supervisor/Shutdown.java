package io.headcount.supervisor;

import io.headcount.child.Census;
import io.headcount.child.KillPath;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stop of the service, as far as it concerns runs: nothing new, perhaps time to finish, then
 * every run at once takes the kill path; wait for all of them, count what is left, and say how it
 * went. Bounded: drain + the longest grace + the kill path's confirmation + a margin.
 */
public final class Shutdown {
  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);
  private static final long CENSUS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long CENSUS_PAUSE_MS = 20;

  /** The longest grace that a request may ask for. */
  private static final Duration NO_CAP = Duration.ofMinutes(1);

  private final ProcessSupervisor supervisor;
  private final SupervisorMetrics metrics;

  public Shutdown(ProcessSupervisor supervisor, SupervisorMetrics metrics) {
    this.supervisor = supervisor;
    this.metrics = metrics;
  }

  /**
   * Does it all, on the caller's thread.
   *
   * @param drain how long running commands may go on; queued ones end at once
   * @param margin what to add to the kill path's own time before giving up
   */
  public ShutdownReport run(Duration drain, Duration margin) {
    return run(drain, NO_CAP, margin);
  }

  /**
   * The same within a budget that is known before.
   *
   * @param mostGrace what a longer grace of a run's own is cut to
   */
  public ShutdownReport run(Duration drain, Duration mostGrace, Duration margin) {
    long started = System.nanoTime();
    metrics.stopping();
    supervisor.closeAdmission();
    List<Run> waiting = supervisor.live();
    waiting.stream()
        .filter(run -> run.state() == RunState.QUEUED)
        .forEach(run -> run.stop(Reason.SHUTDOWN, run.defaultStop()));
    if (!drain.isZero()) {
      LOG.info("event=drain runs={} drainMs={}", waiting.size(), drain.toMillis());
      await(waiting.stream().map(Run::exited), drain.toNanos());
    }
    List<Run> stopped = supervisor.cancelAll(Reason.SHUTDOWN, mostGrace);
    long grace = stopped.stream().mapToLong(run -> run.defaultStop().graceNanos()).max().orElse(0);
    await(
        stopped.stream().map(Run::released),
        Math.min(grace, mostGrace.toNanos()) + KillPath.CONFIRM_NANOS + margin.toNanos());
    ShutdownReport report = report(waiting, started);
    metrics.stopped(System.nanoTime() - started);
    log(report);
    return report;
  }

  private ShutdownReport report(List<Run> runs, long started) {
    Map<Reason, Long> reasons = new EnumMap<>(Reason.class);
    long escalated = 0;
    long unsettled = 0;
    for (Run run : runs) {
      RunView view = run.view();
      if (view.reason() != null) {
        reasons.merge(view.reason(), 1L, Long::sum);
      }
      escalated += view.killEscalated() ? 1 : 0;
      unsettled += view.state() == RunState.EXITED ? 0 : 1;
    }
    return new ShutdownReport(
        runs.size(),
        reasons,
        escalated,
        unsettled,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started),
        census(unsettled == 0 ? CENSUS_NANOS : 0));
  }

  private @Nullable Census census(long patienceNanos) {
    try {
      Census census = supervisor.adapter().census().get(1, TimeUnit.SECONDS);
      // Who was just killed may still have been dying, and who forks may take more than one look.
      long deadline = System.nanoTime() + patienceNanos;
      for (boolean again = true; again && census.live() > 0; ) {
        supervisor.adapter().endEscapees().get(1, TimeUnit.SECONDS);
        TimeUnit.MILLISECONDS.sleep(CENSUS_PAUSE_MS);
        census = supervisor.adapter().census().get(1, TimeUnit.SECONDS);
        again = System.nanoTime() - deadline < 0;
      }
      return census;
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      LOG.warn("event=census-failed", e);
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private static void await(java.util.stream.Stream<CompletableFuture<Void>> all, long nanos) {
    try {
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
          .get(nanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.debug("event=shutdown-wait-over", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void log(ShutdownReport report) {
    Census census = report.census();
    String line = "event=shutdown runs={} reasons={} escalated={} unsettled={} left={} ms={}";
    Object[] values = {
      report.runs(),
      report.reasons(),
      report.escalated(),
      report.unsettled(),
      census == null ? "unknown" : census.live(),
      report.millis()
    };
    if (report.isClean()) {
      LOG.info(line, values);
    } else {
      LOG.warn(line, values);
      if (census != null) {
        census.remaining().forEach(process -> LOG.warn("event=left-behind process={}", process));
      }
    }
  }
}
