package io.headcount.config;

import io.headcount.api.OpenStreams;
import io.headcount.child.KillPath;
import io.headcount.output.BootFolder;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.Shutdown;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Ends every run before the web server stops, so that clients see their runs end and the last
 * answer of a stopping service is 503, not a refused connection.
 *
 * <p>Admission closes with the context's {@link ContextClosedEvent}, which comes before any phase.
 * The phase is above the web server's graceful one: while it lasts both ports still serve.
 */
final class SupervisorLifecycle
    implements SmartLifecycle, ApplicationListener<ContextClosedEvent>, DisposableBean {
  private static final Logger LOG = LoggerFactory.getLogger(SupervisorLifecycle.class);

  /**
   * Stops among the first, long before {@code Integer.MAX_VALUE - 1024}, where the socket closes.
   */
  static final int PHASE = Integer.MAX_VALUE - 100;

  /** How long clients of event streams may take for their last events. */
  private static final Duration LAST_EVENTS = Duration.ofSeconds(1);

  /** What may follow the last run: the census is bounded by one second. */
  private static final Duration REPORT = Duration.ofSeconds(1).plus(LAST_EVENTS);

  private final ProcessSupervisor supervisor;
  private final Shutdown shutdown;
  private final BootFolder boot;
  private final OpenStreams streams;
  private final HeadcountProperties.Shutdown budget;
  private final ApplicationContext context;
  private final AtomicBoolean stopped = new AtomicBoolean();

  /** Until the stop, so that a start that fails half-way ends what was started meanwhile. */
  private volatile boolean running = true;

  SupervisorLifecycle(
      ProcessSupervisor supervisor,
      Shutdown shutdown,
      BootFolder boot,
      OpenStreams streams,
      HeadcountProperties.Shutdown budget,
      ApplicationContext context) {
    this.supervisor = supervisor;
    this.shutdown = shutdown;
    this.boot = boot;
    this.streams = streams;
    this.budget = budget;
    this.context = context;
  }

  /** The longest that the stop takes, which the phase's timeout must not cut short. */
  static Duration longestStop(HeadcountProperties.Shutdown budget) {
    return budget
        .drain()
        .plus(budget.grace())
        .plusNanos(KillPath.CONFIRM_NANOS)
        .plus(budget.margin())
        .plus(REPORT);
  }

  @Override
  public void onApplicationEvent(ContextClosedEvent event) {
    if (event
        .getApplicationContext()
        .equals(context)) { // the management context has an end of its own
      LOG.info("event=stopping");
      supervisor.closeAdmission();
    }
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop(Runnable callback) {
    Thread.ofPlatform()
        .name("headcount-shutdown")
        .start(() -> {
          try {
            stop();
          } finally {
            callback.run();
          }
        });
  }

  @Override
  public void stop() {
    if (stopped.compareAndSet(false, true)) {
      if (!shutdown.run(budget.drain(), budget.grace(), budget.margin()).isClean()) {
        boot.leaveRecord();
      }
      endStreams();
    }
    running = false;
  }

  /** Open event streams would hold the web server's graceful end for the whole of its timeout. */
  private void endStreams() {
    try {
      int left = streams.finish(LAST_EVENTS);
      if (left > 0) {
        LOG.warn("event=streams-cut-off streams={}", left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A context that failed to start is not stopped, only destroyed. */
  @Override
  public void destroy() {
    stop();
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** A context may be paused and go on later; runs that were ended cannot. */
  @Override
  public boolean isPauseable() {
    return false;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
