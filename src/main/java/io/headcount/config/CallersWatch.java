package io.headcount.config;

import io.headcount.api.OpenStreams;
import io.headcount.security.Callers;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the tokens twice a second, and ends the streams of callers whose token is good no more.
 * The streams are looked at even when nothing has changed: one may have been opened while the
 * change was made.
 */
final class CallersWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CallersWatch.class);
  private static final long EVERY_MILLIS = 500;

  private final Callers callers;
  private final OpenStreams streams;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("headcount-callers").daemon().factory());

  private CallersWatch(Callers callers, OpenStreams streams) {
    this.callers = callers;
    this.streams = streams;
  }

  static CallersWatch start(Callers callers, OpenStreams streams) {
    CallersWatch watch = new CallersWatch(callers, streams);
    ScheduledFuture<?> _ =
        watch.thread.scheduleWithFixedDelay(
            watch::look, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    return watch;
  }

  /** Whatever goes wrong, the next look is taken. */
  private void look() {
    try {
      callers.refresh();
      int ended = streams.cutOff(callers::isRevoked);
      if (ended > 0) {
        LOG.info("event=streams-revoked streams={}", ended);
      }
    } catch (RuntimeException e) {
      LOG.error("event=callers-look-failed", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
