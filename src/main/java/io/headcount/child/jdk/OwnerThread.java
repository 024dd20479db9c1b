package io.headcount.child.jdk;

import io.headcount.child.Owner;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One platform thread with a queue of tasks and one ordered set of timers. Handing in a task costs
 * a short lock; a cancelled timer is gone at once, however far its time is off.
 */
final class OwnerThread implements Owner, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OwnerThread.class);

  /** Some 73 years: any sum and difference of two such times stays within a long. */
  private static final long LONGEST_DELAY_NANOS = Long.MAX_VALUE / 4;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private boolean closed;

  private final TreeSet<Waiting> timers = new TreeSet<>(Waiting.ORDER);
  private long timersMade;
  private final Thread thread;

  OwnerThread(String name) {
    thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  OwnerThread start() {
    thread.start();
    return this;
  }

  /**
   * {@inheritDoc}
   *
   * @throws RejectedExecutionException once closed
   */
  @Override
  public void execute(Runnable task) {
    lock.lock();
    try {
      if (closed) {
        throw new RejectedExecutionException(thread.getName() + " is closed");
      }
      tasks.add(task);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    long delay = Math.clamp(delayNanos, 0, LONGEST_DELAY_NANOS);
    Waiting timer = new Waiting(System.nanoTime() + delay, timersMade++, task);
    timers.add(timer);
    return () -> timers.remove(timer);
  }

  /** Runs the tasks that were handed in, then ends the thread; timers are dropped. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (true) {
      runDueTimers();
      Runnable task = nextTask();
      if (task != null) {
        guarded(task);
      } else if (isClosed()) {
        return;
      }
    }
  }

  private void runDueTimers() {
    while (!timers.isEmpty() && timers.first().deadline - System.nanoTime() <= 0) {
      guarded(timers.removeFirst().task);
    }
  }

  /** Waits for a task; null when a timer is due first or there will be no more tasks. */
  private @Nullable Runnable nextTask() {
    lock.lock();
    try {
      while (tasks.isEmpty() && !closed) {
        if (timers.isEmpty()) {
          changed.awaitUninterruptibly();
        } else {
          long left = timers.first().deadline - System.nanoTime();
          if (left <= 0 || changed.awaitNanos(left) <= 0) {
            return tasks.poll();
          }
        }
      }
      return tasks.poll();
    } catch (InterruptedException e) {
      log.warn("event=owner-interrupted thread={} action=go-on", thread.getName());
      return null;
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed && tasks.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** One task that fails must not take the other runs of this thread with it. */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      log.error("event=owner-task-failed thread={}", thread.getName(), e);
    }
  }

  private record Waiting(long deadline, long number, Runnable task) {
    static final Comparator<Waiting> ORDER =
        (a, b) ->
            a.deadline == b.deadline
                ? Long.compare(a.number, b.number)
                : Long.signum(a.deadline - b.deadline);
  }
}
