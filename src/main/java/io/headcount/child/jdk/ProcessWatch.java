package io.headcount.child.jdk;

import io.headcount.child.Census;
import io.headcount.child.ProcessInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the process table for all runs, on one thread: a look takes milliseconds, which no owner
 * can spare. Looks that wait together share one walk over the table.
 *
 * <p>Between looks that are asked for it looks once a while by itself, so that a process is known
 * before its parent ends and leaves it to init.
 */
final class ProcessWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ProcessWatch.class);
  private static final int MOST_LISTED = 20;
  private static final long RETRY_NANOS = 50_000_000L;

  private final ScheduledThreadPoolExecutor thread;
  private final Queue<Look> looks = new ConcurrentLinkedQueue<>();

  /** Watch thread only. */
  private final Set<KnownProcesses> runs = new HashSet<>();

  private record Look(KnownProcesses run, Consumer<List<ProcessHandle>> found) {}

  ProcessWatch(Duration every) {
    thread =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().name("child-jdk-watch").daemon().factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    long nanos = every.toNanos();
    var _ = thread.scheduleWithFixedDelay(this::lookAtAll, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  void watch(KnownProcesses run) {
    thread.execute(() -> runs.add(run));
  }

  void forget(KnownProcesses run) {
    thread.execute(() -> runs.remove(run));
  }

  /** Looks for what is alive of a run and answers on the watch thread. */
  void look(KnownProcesses run, Consumer<List<ProcessHandle>> found) {
    looks.add(new Look(run, found));
    thread.execute(this::answerLooks);
  }

  CompletableFuture<Census> census() {
    if (thread.isShutdown()) {
      return CompletableFuture.failedFuture(new IllegalStateException("the adapter is closed"));
    }
    return CompletableFuture.supplyAsync(this::count, thread);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void answerLooks() {
    // Those that come after the snapshot wait for the next: they must not see the past.
    int waiting = looks.size();
    if (waiting == 0) {
      return;
    }
    try {
      ProcessSnapshot snapshot = ProcessSnapshot.take();
      for (Look look = looks.peek(); look != null && waiting > 0; look = looks.peek()) {
        List<ProcessHandle> alive = look.run.refresh(snapshot);
        looks.remove();
        waiting--;
        look.found.accept(alive);
      }
    } catch (RuntimeException e) {
      log.warn("event=process-look-failed action=look-again", e);
      var _ = thread.schedule(this::answerLooks, RETRY_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  private void lookAtAll() {
    if (runs.isEmpty()) {
      return;
    }
    try {
      ProcessSnapshot snapshot = ProcessSnapshot.take();
      runs.forEach(run -> run.refresh(snapshot));
    } catch (RuntimeException e) {
      log.warn("event=process-watch-failed action=look-again-later", e);
    }
  }

  private Census count() {
    ProcessSnapshot snapshot = ProcessSnapshot.take();
    Set<ProcessHandle> ofRuns = new LinkedHashSet<>();
    runs.forEach(run -> ofRuns.addAll(run.refresh(snapshot)));
    Set<ProcessHandle> live = new LinkedHashSet<>(ofRuns);
    int zombies = 0;
    for (ProcessHandle handle : snapshot.all()) {
      if (Handles.isZombie(handle)) {
        zombies++;
      } else if (handle.isAlive()) {
        live.add(handle);
      }
    }
    List<ProcessInfo> listed = live.stream().limit(MOST_LISTED).map(Handles::describe).toList();
    return new Census(
        Instant.now(), live.size(), zombies, 0, live.size() - ofRuns.size(), 0, listed);
  }
}
