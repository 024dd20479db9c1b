package io.headcount.child.linux;

import io.headcount.child.ChildSpec;
import io.headcount.child.StartFailure;
import io.headcount.child.linux.Descriptors.Fd;
import io.headcount.child.linux.Descriptors.Kind;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.NativeBuffer;
import io.headcount.child.linux.libc.PosixSpawn;
import io.headcount.child.linux.libc.Processes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few threads that start commands. They never end while the service lives: posix_spawn blocks,
 * a blocked native call would pin a virtual thread's carrier, and a parent-death signal follows the
 * thread that spawned.
 *
 * <p>A start opens its pipes, spawns, and closes the child's ends at once; whatever fails, nothing
 * stays open.
 */
final class Spawner {
  private static final Logger LOG = LoggerFactory.getLogger(Spawner.class);
  private static final int OOM_SCORE_RAISE = 500;
  private static final int OOM_SCORE_MAX = 1000;

  private final Descriptors descriptors;
  private final Forest forest;
  private final NativeBuffer oomScore;
  private final int oomScoreLength;
  private final LinkedBlockingQueue<Order> orders = new LinkedBlockingQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closing;

  /** A command to start. The answer comes on the spawner's thread. */
  interface Order {
    ChildSpec spec();

    void spawned(Spawned spawned);

    void failed(StartFailure failure);
  }

  /**
   * A child that runs.
   *
   * @param stdin the end to write, null when closed
   */
  record Spawned(int pid, Tree tree, Fd pidfd, @Nullable Fd stdin, Fd stdout, Fd stderr) {}

  Spawner(int count, Descriptors descriptors, Forest forest, int ownOomScore) {
    this.descriptors = descriptors;
    this.forest = forest;
    byte[] score =
        Integer.toString(Math.min(OOM_SCORE_MAX, ownOomScore + OOM_SCORE_RAISE))
            .getBytes(StandardCharsets.US_ASCII);
    this.oomScore = new NativeBuffer(16);
    oomScore.view(16).put(score);
    this.oomScoreLength = score.length;
    for (int i = 0; i < count; i++) {
      threads.add(
          Thread.ofPlatform().name("headcount-spawn-" + i).daemon(true).unstarted(this::work));
    }
  }

  void start() {
    threads.forEach(Thread::start);
  }

  void submit(Order order) {
    orders.add(order);
  }

  private void work() {
    PosixSpawn posixSpawn = new PosixSpawn();
    while (!closing) {
      try {
        spawn(posixSpawn, orders.take());
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | Error e) {
        LOG.error("event=spawner-failed", e);
      }
    }
  }

  private void spawn(PosixSpawn posixSpawn, Order order) {
    Pipes pipes = new Pipes();
    try {
      order.spawned(spawn(posixSpawn, order.spec(), pipes));
    } catch (Failure failure) {
      pipes.closeAll();
      order.failed(failure.why);
    } catch (RuntimeException | Error e) {
      pipes.closeAll();
      LOG.error("event=spawn-fault", e);
      order.failed(new StartFailure(StartFailure.Kind.OTHER, null, "a fault of ours: " + e));
    }
  }

  private Spawned spawn(PosixSpawn posixSpawn, ChildSpec spec, Pipes pipes) throws Failure {
    boolean wantsStdin = !(spec.stdin() instanceof ChildSpec.Stdin.Closed);
    Fd stdin = wantsStdin ? pipes.open(1) : null;
    Fd stdout = pipes.open(0);
    Fd stderr = pipes.open(0);
    String path = Executables.find(spec.argv().getFirst(), spec.env().get("PATH"), spec.cwd());
    int first = wantsStdin ? 1 : 0;
    int pid =
        posixSpawn.spawn(
            path,
            spec.argv(),
            spec.env(),
            spec.cwd().toString(),
            wantsStdin ? pipes.theirs.getFirst().number() : PosixSpawn.NO_STDIN,
            pipes.theirs.get(first).number(),
            pipes.theirs.get(first + 1).number());
    if (pid < 0) {
      throw new Failure(StartFailures.of(spec, path, -pid));
    }
    Tree tree = new Tree(pid, spec.cookie());
    forest.add(tree);
    pipes.closeTheirs();
    int pidfd = Processes.pidfdOpen(pid);
    if (pidfd < 0) {
      abandon(tree);
      throw new Failure(StartFailures.of("pidfd_open", -pidfd));
    }
    Fd watched = descriptors.opened(Kind.PIDFD, pidfd);
    try {
      ChildLimits.set(pid, spec.limits());
    } catch (ChildLimits.Refused refused) {
      watched.close();
      abandon(tree);
      throw new Failure(refused.failure());
    }
    raiseOomScore(pid);
    return new Spawned(pid, tree, watched, stdin, stdout, stderr);
  }

  /** Ends a child that nobody could take over, and closes what was opened for it. */
  void abandon(Spawned spawned) {
    spawned.stdout().close();
    spawned.stderr().close();
    Fd stdin = spawned.stdin();
    if (stdin != null) {
      stdin.close();
    }
    spawned.pidfd().close();
    abandon(spawned.tree());
  }

  /** Without a pidfd a child cannot be watched: it is ended before it did much, and reaped here. */
  private void abandon(Tree tree) {
    Processes.kill(-tree.leader(), 9);
    Processes.kill(tree.leader(), 9);
    while (Processes.reapPid(tree.leader()) instanceof Processes.Wait.Alive) {
      Thread.onSpinWait();
    }
    forest.remove(tree);
  }

  /** When memory is short the kernel is to take a child before the service. */
  private void raiseOomScore(int pid) {
    int fd = Libc.open("/proc/" + pid + "/oom_score_adj", Libc.O_WRONLY | Libc.O_CLOEXEC);
    if (fd >= 0) {
      Libc.write(fd, oomScore, oomScoreLength);
      Libc.close(fd);
    }
  }

  void close() {
    closing = true;
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static final class Failure extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient StartFailure why;

    Failure(StartFailure why) {
      super(why.message(), null, false, false);
      this.why = why;
    }
  }

  /** The pipes of one start: our ends do not block, theirs do. */
  private final class Pipes {
    private final List<Fd> ours = new ArrayList<>(3);
    private final List<Fd> theirs = new ArrayList<>(3);
    private final int[] ends = new int[2];

    /**
     * Opens one and returns our end.
     *
     * @param which 0 if we read, 1 if we write
     */
    Fd open(int which) throws Failure {
      int result = Libc.pipe2(ends, Libc.O_CLOEXEC);
      if (result < 0) {
        throw new Failure(StartFailures.of("pipe2", -result));
      }
      Fd own = descriptors.opened(Kind.PIPE, ends[which]);
      ours.add(own);
      theirs.add(descriptors.opened(Kind.PIPE, ends[1 - which]));
      result = Libc.setFlags(own.number(), Libc.O_NONBLOCK);
      if (result < 0) {
        throw new Failure(StartFailures.of("fcntl", -result));
      }
      return own;
    }

    void closeTheirs() {
      theirs.forEach(Fd::close);
    }

    void closeAll() {
      closeTheirs();
      ours.forEach(Fd::close);
    }
  }
}
