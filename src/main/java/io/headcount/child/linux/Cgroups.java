package io.headcount.child.linux;

import io.headcount.child.ChildSpec;
import io.headcount.child.StartFailure;
import io.headcount.child.linux.libc.Errno;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cgroups of this life of the service: {@code headcount-BOOT} below its own, in that one for
 * each run ({@code run-ID.N}), and, where controllers are delegated, one for the service itself,
 * for a cgroup that hands on controllers may have no process of its own.
 *
 * <p>One thread kills and removes, because both may wait in the kernel. Thread-safe.
 */
final class Cgroups implements AutoCloseable {
  static final String HOME = "headcount-";
  static final String RUN = "run-";
  static final String SERVICE = "service";

  private static final Logger LOG = LoggerFactory.getLogger(Cgroups.class);
  private static final long RETRY_MS = 200;

  private final Cgroup own;
  private final Cgroup home;
  private final String homeName;
  private final Set<String> controllers;
  private final int self;
  private final AtomicLong next = new AtomicLong();
  private final AtomicInteger count = new AtomicInteger();
  private final ScheduledThreadPoolExecutor thread;

  /**
   * Takes over what the probe made.
   *
   * @param own the service's own at its start
   * @param place its name
   * @param controllers that runs may have
   */
  Cgroups(Cgroup own, CgroupPlace place, String boot, Set<String> controllers, int self) {
    this.own = own;
    this.home = own.child(HOME + boot);
    this.homeName = (place.name().equals("/") ? "" : place.name()) + "/" + HOME + boot;
    this.controllers = controllers;
    this.self = self;
    this.thread =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().name("headcount-cgroup").daemon(true).unstarted(task));
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  boolean has(String controller) {
    return controllers.contains(controller);
  }

  Set<String> controllers() {
    return controllers;
  }

  Cgroup home() {
    return home;
  }

  /** How many runs have one now. */
  int count() {
    return count.get();
  }

  /** Makes the cgroup of a run that is about to start. */
  RunCgroup make(ChildSpec spec) throws NotStartedException {
    String run = spec.cookie().substring(spec.cookie().indexOf('.') + 1);
    String leaf = RUN + run + "." + next.getAndIncrement();
    Cgroup cgroup = home.child(leaf);
    int result = cgroup.make();
    if (result < 0) {
      String errno = Errno.name(-result);
      throw new NotStartedException(
          new StartFailure(
              StartFailure.Kind.RESOURCES,
              errno,
              "%s: the cgroup %s could not be made".formatted(errno, cgroup.folder())));
    }
    count.incrementAndGet();
    return new RunCgroup(cgroup, homeName + "/" + leaf, this);
  }

  void execute(Runnable task) {
    try {
      thread.execute(task);
    } catch (RejectedExecutionException e) {
      task.run(); // at the stop, when no loop waits for it any more
    }
  }

  void remove(RunCgroup run) {
    execute(() -> removeNow(run));
  }

  /** Somebody who cannot be ended yet holds it: he may later. */
  private void removeNow(RunCgroup run) {
    int result = run.cgroup().remove();
    if (result == 0) {
      count.decrementAndGet();
    } else if (!thread.isShutdown()) {
      var _ = thread.schedule(() -> removeNow(run), RETRY_MS, TimeUnit.MILLISECONDS);
    }
  }

  /** What earlier boots have left here; they must be over. */
  List<DeadCgroup> dead(Set<String> boots) {
    return boots.stream()
        .map(boot -> new DeadCgroup(boot, own.child(HOME + boot)))
        .filter(each -> each.home().exists())
        .toList();
  }

  /** Removes them all, and goes back to where the service was. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("event=cgroup-slow dir={}", home.folder());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (home.child(SERVICE).exists()) {
      leaveService(own, home, controllers, self);
    }
    int result = home.remove();
    if (result < 0) {
      LOG.warn("event=cgroup-left dir={} errno={}", home.folder(), Errno.name(-result));
    }
  }

  /** Takes the controllers back, without which the service may be where it was again. */
  static void leaveService(Cgroup own, Cgroup home, Set<String> controllers, int self) {
    String none = String.join(" ", controllers.stream().map(each -> "-" + each).toList());
    home.children().stream()
        .filter(each -> each.folder().getFileName().toString().startsWith(RUN))
        .forEach(Cgroup::remove);
    home.write("cgroup.subtree_control", none);
    own.write("cgroup.subtree_control", none);
    int result = own.enter(self);
    if (result < 0) {
      LOG.warn("event=cgroup-kept dir={} errno={}", home.folder(), Errno.name(-result));
    }
  }
}
