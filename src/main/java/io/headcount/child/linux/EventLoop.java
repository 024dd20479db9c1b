package io.headcount.child.linux;

import io.headcount.child.Owner;
import io.headcount.child.linux.Descriptors.Fd;
import io.headcount.child.linux.Descriptors.Kind;
import io.headcount.child.linux.libc.Epoll;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.NativeBuffer;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that owns many runs: it waits for their pipes and pidfds with epoll, runs their timers
 * and the tasks that others hand in. An idle child costs it nothing. Whatever fails in one run, an
 * error of the JVM too, must not end the thread that owns the others.
 *
 * <p>Registration, timers and buffers belong to the loop's own thread; {@link #execute} is for all.
 */
final class EventLoop implements Owner, Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
  private static final int EVENTS_A_WAIT = 256;
  private static final int BUFFER = 1 << 16;
  private static final long NANOS_A_MILLI = 1_000_000;

  private final Descriptors descriptors;
  private final Fd epollFd;
  private final Fd wakeFd;
  private final Epoll epoll;
  private final TimerHeap timers = new TimerHeap();
  private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean asleep = new AtomicBoolean();
  private final NativeBuffer buffer = new NativeBuffer(BUFFER);
  private final Thread thread;
  private @Nullable Handler[] handlers = new @Nullable Handler[256];
  private volatile boolean closing;

  /** Hears of events on one descriptor. */
  @FunctionalInterface
  interface Handler {
    void ready(int events);
  }

  EventLoop(String name, Descriptors descriptors) {
    this.descriptors = descriptors;
    this.epollFd = open("epoll_create1", Epoll.create());
    this.wakeFd = open("eventfd", Libc.eventfd(Libc.O_CLOEXEC | Libc.O_NONBLOCK));
    this.epoll = new Epoll(epollFd.number(), EVENTS_A_WAIT);
    this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this);
  }

  private Fd open(String call, int result) {
    if (result < 0) {
      throw new IllegalStateException(call + " failed with " + Errno.name(-result));
    }
    return descriptors.opened(Kind.EPOLL, result);
  }

  void start() {
    thread.start();
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (asleep.get() && asleep.compareAndSet(true, false)) {
      Libc.eventfdWrite(wakeFd.number());
    }
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    return timers.add(System.nanoTime() + Math.max(0, delayNanos), task);
  }

  /** What to read into and write from, for the time of one handler. */
  NativeBuffer buffer() {
    return buffer;
  }

  /** Watches a descriptor. Interest 0 still hears of errors and hang-ups. */
  void register(Fd fd, int interest, Handler handler) {
    int number = fd.number();
    if (number >= handlers.length) {
      handlers = Arrays.copyOf(handlers, Integer.highestOneBit(number) * 2);
    }
    handlers[number] = handler;
    int result = epoll.add(number, interest);
    if (result < 0) {
      handlers[number] = null;
      throw new IllegalStateException("epoll_ctl(ADD) failed with " + Errno.name(-result));
    }
  }

  void modify(Fd fd, int interest) {
    if (fd.isOpen()) {
      epoll.modify(fd.number(), interest);
    }
  }

  /**
   * Closes a descriptor, watched or not; again changes nothing. It is taken from epoll first: a
   * child that is just being started may have the file open for a while yet, and as long the kernel
   * would tell of it.
   */
  void close(Fd fd) {
    int number = fd.number();
    if (fd.isOpen() && number < handlers.length && handlers[number] != null) {
      handlers[number] = null;
      epoll.delete(number);
    }
    fd.close();
  }

  @Override
  public void run() {
    register(wakeFd, Epoll.IN | Epoll.ONCE_A_CHANGE, _ -> {});
    while (!closing) {
      int count = epoll.await(timeoutMillis());
      asleep.set(false);
      for (int i = 0; i < count; i++) {
        dispatch(epoll.target(i), epoll.happened(i));
      }
      runTimers();
      runTasks();
    }
    wakeFd.close();
    epollFd.close();
  }

  /** Says that it sleeps before it looks for tasks the last time, so none is left lying. */
  private int timeoutMillis() {
    asleep.set(true);
    if (!tasks.isEmpty()) {
      asleep.set(false);
      return 0;
    }
    long nanos = timers.nanosToNext(System.nanoTime());
    return nanos < 0
        ? -1
        : (int) Math.min(Integer.MAX_VALUE, (nanos + NANOS_A_MILLI - 1) / NANOS_A_MILLI);
  }

  private void dispatch(int target, int events) {
    Handler handler = target < handlers.length ? handlers[target] : null;
    if (handler != null) {
      try {
        handler.ready(events);
      } catch (RuntimeException | Error e) {
        LOG.error("event=handler-failed fd={}", target, e);
      }
    }
  }

  private void runTimers() {
    long now = System.nanoTime();
    for (Runnable due = timers.pollDue(now); due != null; due = timers.pollDue(now)) {
      runTask(due);
    }
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      runTask(task);
    }
  }

  private static void runTask(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("event=task-failed", e);
    }
  }

  /** Ends the thread and waits for it; not for the thread itself. */
  void close() {
    closing = true;
    execute(() -> {});
    try {
      thread.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
