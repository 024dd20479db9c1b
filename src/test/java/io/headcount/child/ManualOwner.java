package io.headcount.child;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.TreeSet;

/** An owner whose time passes only when told, in the thread that tells it. */
final class ManualOwner implements Owner {
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final TreeSet<Waiting> timers =
      new TreeSet<>(Comparator.comparingLong(Waiting::due).thenComparingLong(Waiting::number));
  private long now = Long.MAX_VALUE - 3_000_000_000L; // so that times wrap within a test
  private final long start = now;
  private long number;

  private record Waiting(long due, long number, Runnable task) {}

  long nanoTime() {
    return now;
  }

  /** How much time has passed. */
  long elapsedNanos() {
    return now - start;
  }

  int timers() {
    return timers.size();
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    Waiting timer = new Waiting(elapsedNanos() + Math.max(0, delayNanos), number++, task);
    timers.add(timer);
    return () -> timers.remove(timer);
  }

  /** Runs what is due now. */
  void runTasks() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  /** Lets that much time pass, and runs all that comes due, each at its time. */
  void pass(long nanos) {
    long end = elapsedNanos() + nanos;
    runTasks();
    while (!timers.isEmpty() && timers.first().due <= end) {
      Waiting timer = timers.removeFirst();
      now = start + timer.due;
      timer.task.run();
      runTasks();
    }
    now = start + end;
  }
}
