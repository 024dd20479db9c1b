package io.headcount.metrics;

import io.headcount.child.StartFailure;
import io.headcount.output.StdStream;
import io.headcount.supervisor.Reason;
import io.headcount.supervisor.SupervisorMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.springframework.stereotype.Component;

/**
 * Counts what the supervisor tells. Every meter and every value of every label is there from the
 * start, so that a rate over the first event is right, and counting looks nothing up but an array.
 */
@Component
public final class RunMeters implements SupervisorMetrics {
  /** From a spawn that found everything warm to one on a machine in trouble. */
  private static final Duration[] SPAWN_BUCKETS =
      millis(0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1000, 5000);

  /** From no wait at all to the default queue timeout. */
  private static final Duration[] QUEUE_BUCKETS =
      millis(1, 10, 100, 500, 1000, 5000, 15_000, 60_000);

  /** From a command that only answers to one that runs for a day. */
  private static final Duration[] RUN_BUCKETS =
      millis(100, 500, 1000, 5000, 30_000, 60_000, 300_000, 1_800_000, 7_200_000, 86_400_000);

  /** Around the bounds of a stop: nothing to end, a grace, the longest grace. */
  private static final Duration[] SHUTDOWN_BUCKETS =
      millis(100, 500, 1000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000);

  private final Counter started;
  private final Timer spawn;
  private final Timer queueWait;
  private final Timer shutdown;
  private final Counter escalations;
  private final Counter survivors;
  private final StopClock stop = new StopClock();
  private final Map<Reason, Counter> finished;
  private final Map<Reason, Timer> durations;
  private final Map<StartFailure.Kind, Counter> failures;
  private final Map<StdStream, Counter> output;

  /** Registers them all. */
  public RunMeters(MeterRegistry registry) {
    started =
        Counter.builder("headcount.runs.started")
            .description("Commands that were started")
            .register(registry);
    finished =
        each(
            Reason.class,
            reason ->
                Counter.builder("headcount.runs.finished")
                    .description("Runs that are over, by why they ended")
                    .tag("reason", reason.label())
                    .register(registry));
    durations =
        each(
            Reason.class,
            reason ->
                Timer.builder("headcount.run")
                    .description("From the request to the end of the run")
                    .serviceLevelObjectives(RUN_BUCKETS)
                    .tag("reason", reason.label())
                    .register(registry));
    failures =
        each(
            StartFailure.Kind.class,
            kind ->
                Counter.builder("headcount.spawn.failures")
                    .description("Commands that did not start")
                    .tag("kind", kind.label())
                    .register(registry));
    output =
        each(
            StdStream.class,
            stream ->
                Counter.builder("headcount.output")
                    .description("Bytes that commands wrote")
                    .baseUnit(BaseUnits.BYTES)
                    .tag("stream", stream.label())
                    .register(registry));
    spawn =
        Timer.builder("headcount.spawn")
            .description("From the order to start a command until it runs")
            .serviceLevelObjectives(SPAWN_BUCKETS)
            .register(registry);
    queueWait =
        Timer.builder("headcount.queue.wait")
            .description("How long runs waited for a place")
            .serviceLevelObjectives(QUEUE_BUCKETS)
            .register(registry);
    shutdown =
        Timer.builder("headcount.shutdown")
            .description("How long the stop of all runs took")
            .serviceLevelObjectives(SHUTDOWN_BUCKETS)
            .register(registry);
    // Nobody scrapes a service that has stopped, so the stop can be watched while it goes on.
    TimeGauge.builder("headcount.shutdown.elapsed", stop, TimeUnit.NANOSECONDS, StopClock::nanos)
        .description("How long the stop of all runs has been going on; 0 before it")
        .register(registry);
    escalations =
        Counter.builder("headcount.kill.escalations")
            .description("Runs that SIGKILL was needed for")
            .register(registry);
    survivors =
        Counter.builder("headcount.kill.survivors")
            .description("Processes that could not be ended")
            .register(registry);
  }

  @Override
  public void spawned(long nanos) {
    started.increment();
    spawn.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void spawnFailed(StartFailure.Kind kind) {
    of(failures, kind).increment();
  }

  @Override
  public void finished(Reason reason, long nanos) {
    of(finished, reason).increment();
    of(durations, reason).record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void waited(long nanos) {
    queueWait.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void escalated() {
    escalations.increment();
  }

  @Override
  public void survived(int processes) {
    survivors.increment(processes);
  }

  @Override
  public void output(StdStream stream, int bytes) {
    of(output, stream).increment(bytes);
  }

  @Override
  public void stopping() {
    stop.start();
  }

  @Override
  public void stopped(long nanos) {
    stop.end(nanos);
    shutdown.record(nanos, TimeUnit.NANOSECONDS);
  }

  private static <K extends Enum<K>, M> Map<K, M> each(Class<K> type, Function<K, M> meter) {
    Map<K, M> meters = new EnumMap<>(type);
    for (K key : type.getEnumConstants()) {
      meters.put(key, meter.apply(key));
    }
    return meters;
  }

  private static <K extends Enum<K>, M> M of(Map<K, M> meters, K key) {
    return Objects.requireNonNull(meters.get(key));
  }

  private static Duration[] millis(double... bounds) {
    Duration[] durations = new Duration[bounds.length];
    for (int i = 0; i < bounds.length; i++) {
      durations[i] = Duration.ofNanos((long) (bounds[i] * 1_000_000));
    }
    return durations;
  }
}
