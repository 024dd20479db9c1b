package io.headcount.api;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.stereotype.Component;

/**
 * Who is attached, and who of them writes: at most one a run. When the service stops they are told
 * at once, hear of the end of their runs, and are closed before the web server stops.
 */
@Component
class Attachments implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {
  /** After the supervisor has ended the runs, before the web server stops to answer. */
  private static final int PHASE = Integer.MAX_VALUE - 200;

  private static final long LAST_WORDS_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ApplicationContext context;
  private final Set<Attachment> all = ConcurrentHashMap.newKeySet();
  private final Map<String, Attachment> writers = new ConcurrentHashMap<>();
  private volatile boolean running;
  private volatile boolean draining;

  Attachments(ApplicationContext context) {
    this.context = context;
  }

  /** Whether a client writes to a run now. */
  boolean hasWriter(String runId) {
    Attachment writer = writers.get(runId);
    return writer != null && !writer.isOver();
  }

  /**
   * Lets a client in.
   *
   * @return false if it wants to write, and another does
   */
  boolean add(String runId, Attachment attachment, boolean takeover) {
    if (attachment.writes()) {
      Attachment writer =
          writers.compute(
              runId,
              (_, current) -> {
                if (current == null || current.isOver()) {
                  return attachment;
                }
                if (takeover) {
                  current.end(Attachment.TAKEN_OVER);
                  return attachment;
                }
                return current;
              });
      if (writer != attachment) {
        return false;
      }
    }
    all.add(attachment);
    if (draining) {
      attachment.drain();
    }
    return true;
  }

  void remove(String runId, Attachment attachment) {
    all.remove(attachment);
    writers.remove(runId, attachment);
  }

  @Override
  public void onApplicationEvent(ContextClosedEvent event) {
    if (event.getApplicationContext().equals(context)) {
      draining = true;
      all.forEach(Attachment::drain);
    }
  }

  @Override
  public void start() {
    running = true;
  }

  /** Those whose runs have ended end by themselves; the others are told to come back. */
  @Override
  public void stop() {
    long deadline = System.nanoTime() + LAST_WORDS_NANOS;
    awaitNone(deadline);
    all.forEach(attachment -> attachment.end(Attachment.DRAINING));
    awaitNone(deadline + LAST_WORDS_NANOS);
    running = false;
  }

  private void awaitNone(long deadline) {
    try {
      while (!all.isEmpty() && System.nanoTime() - deadline < 0) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
