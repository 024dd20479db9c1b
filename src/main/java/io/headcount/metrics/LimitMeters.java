package io.headcount.metrics;

import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.SupervisorSettings;
import io.headcount.supervisor.SweepReport;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What does not change while the service lives: the bounds that others are compared with. */
public final class LimitMeters implements MeterBinder {
  private final ProcessSupervisor supervisor;
  private final SweepReport sweep;
  private final Duration stop;

  /**
   * Meters of this supervisor's bounds.
   *
   * @param sweep what the start found
   * @param stop how long a stop takes at most when SIGKILL ends everything: drain and grace
   */
  public LimitMeters(ProcessSupervisor supervisor, SweepReport sweep, Duration stop) {
    this.supervisor = supervisor;
    this.sweep = sweep;
    this.stop = stop;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    SupervisorSettings settings = supervisor.settings();
    Gauge.builder("headcount.runs.limit", settings, SupervisorSettings::maxLiveRuns)
        .description("Runs that may live at once")
        .register(registry);
    Gauge.builder("headcount.queue.limit", settings, SupervisorSettings::maxQueuedRuns)
        .description("Runs that may wait for a place")
        .register(registry);
    Gauge.builder("headcount.fds.budget", this::descriptors)
        .description("Descriptors of the whole service past which nothing is started")
        .register(registry);
    TimeGauge.builder("headcount.shutdown.budget", stop::toNanos, TimeUnit.NANOSECONDS)
        .description("Drain and grace: a stop that takes longer waits for what SIGKILL did not end")
        .register(registry);
    Gauge.builder("headcount.sweep.boots", sweep, SweepReport::boots)
        .description("Earlier boots that this start found killed or not stopped clean")
        .register(registry);
  }

  private long descriptors() {
    return supervisor.descriptorBudget(supervisor.adapter().capacity());
  }
}
