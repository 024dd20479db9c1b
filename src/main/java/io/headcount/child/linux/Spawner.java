package io.headcount.child.linux;

import io.headcount.child.ChildSpec;
import io.headcount.child.StartFailure;
import io.headcount.child.linux.Descriptors.Fd;
import io.headcount.child.linux.Descriptors.Kind;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.NativeBuffer;
import io.headcount.child.linux.libc.Processes;
import io.headcount.child.linux.libc.Spawn;
import io.headcount.child.linux.libc.Terminals;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The few threads that start commands. They never end while the service lives: a spawn blocks, a
 * blocked native call would pin a virtual thread's carrier, and a parent-death signal follows the
 * thread that spawned.
 *
 * <p>A start opens its pipes or its terminal, spawns, and closes the child's ends at once; whatever
 * fails, nothing stays open. Each thread has three low descriptors of its own, for the child's ends
 * when many are open: a child copies the table up to the highest that it is given.
 */
final class Spawner {
  private static final Logger LOG = LoggerFactory.getLogger(Spawner.class);
  private static final int OOM_SCORE_RAISE = 500;
  private static final int OOM_SCORE_MAX = 1000;

  private final Descriptors descriptors;
  private final Forest forest;
  private final Adoptees adoptees;
  private final Marks marks;
  private final Fd nothing;
  private final @Nullable Cgroups cgroups;
  private final Bubblewrap bubblewrap;
  private final NativeBuffer oomScore;
  private final int oomScoreLength;
  private final LinkedBlockingQueue<Order> orders = new LinkedBlockingQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch known;
  private volatile boolean closing;

  /** A command to start. The answer comes on the spawner's thread. */
  interface Order {
    ChildSpec spec();

    void spawned(Spawned spawned);

    void failed(StartFailure failure);
  }

  /** A child that runs, and our ends of what it has. */
  record Spawned(int pid, Tree tree, Fd pidfd, Stdio stdio) {}

  Spawner(
      int count,
      Descriptors descriptors,
      Forest forest,
      Adoptees adoptees,
      Marks marks,
      @Nullable Cgroups cgroups,
      Bubblewrap bubblewrap,
      int ownOomScore) {
    this.descriptors = descriptors;
    this.forest = forest;
    this.adoptees = adoptees;
    this.marks = marks;
    this.nothing = open("/dev/null");
    this.cgroups = cgroups;
    this.bubblewrap = bubblewrap;
    byte[] score =
        Integer.toString(Math.min(OOM_SCORE_MAX, ownOomScore + OOM_SCORE_RAISE))
            .getBytes(StandardCharsets.US_ASCII);
    this.oomScore = new NativeBuffer(16);
    oomScore.view(16).put(score);
    this.oomScoreLength = score.length;
    this.known = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      threads.add(
          Thread.ofPlatform().name("headcount-spawn-" + i).daemon(true).unstarted(this::work));
    }
  }

  private Fd open(String path) {
    int fd = Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC);
    if (fd < 0) {
      throw new IllegalStateException("open " + path + " failed: " + Errno.name(-fd));
    }
    return descriptors.opened(Kind.FILE, fd);
  }

  /** Starts the threads, and waits until their children can be told from others. */
  void start() {
    threads.forEach(Thread::start);
    try {
      if (!known.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the threads that spawn did not start in 10 s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void submit(Order order) {
    orders.add(order);
  }

  private void work() {
    try (Worker worker = new Worker()) {
      adoptees.addSpawner();
      known.countDown();
      while (!closing) {
        try {
          worker.serve(orders.take());
        } catch (InterruptedException e) {
          return;
        } catch (RuntimeException | Error e) {
          LOG.error("event=spawner-failed", e);
        }
      }
    }
  }

  /** What one thread spawns with. */
  private final class Worker implements AutoCloseable {
    private final Spawn spawn = new Spawn();
    private final Slots slots = new Slots(descriptors, nothing);

    void serve(Order order) {
      Opened opened = new Opened(descriptors, slots);
      try {
        order.spawned(start(order.spec(), opened));
      } catch (NotStartedException e) {
        opened.closeAll();
        order.failed(e.failure());
      } catch (RuntimeException | Error e) {
        opened.closeAll();
        LOG.error("event=spawn-fault", e);
        order.failed(new StartFailure(StartFailure.Kind.OTHER, null, "a fault of ours: " + e));
      }
    }

    private Spawned start(ChildSpec spec, Opened opened) throws NotStartedException {
      ChildSpec.Terminal terminal = spec.terminal();
      Map<String, String> env = spec.env();
      Stdio ours;
      Spawn.Stdio theirs;
      if (terminal == null) {
        boolean wantsStdin = !(spec.stdin() instanceof ChildSpec.Stdin.Closed);
        Fd stdin = wantsStdin ? opened.pipe(1) : null;
        if (spec.outputFile() == null) {
          ours = new Stdio.Pipes(stdin, opened.pipe(0), opened.pipe(0));
          theirs = opened.theirPipes(wantsStdin);
        } else {
          ours = new Stdio.Input(stdin);
          theirs = OutputFiles.of(spec, spec.outputFile(), opened.theirInput(wantsStdin));
        }
      } else {
        Fd master = opened.terminal(terminal);
        ours = new Stdio.Terminal(master);
        theirs = new Spawn.Stdio.Terminal("/dev/pts/" + Terminals.number(master.number()));
        env = new LinkedHashMap<>(env);
        env.put("TERM", terminal.term());
      }
      String path =
          spec.executable() != null
              ? spec.executable()
              : Executables.find(spec.argv().getFirst(), env.get("PATH"), spec.cwd());
      Room room = Room.of(cgroups, spec);
      try (Confined confined = Confined.of(spawn, forest, bubblewrap, spec, theirs)) {
        Spawned spawned = plant(path, env, spec, setup(spec, theirs, room, confined), room, ours);
        opened.closeTheirs();
        return spawned;
      } catch (NotStartedException | RuntimeException | Error e) {
        room.giveUp();
        throw e;
      }
    }

    private Spawn.Setup setup(ChildSpec spec, Spawn.Stdio stdio, Room room, Confined confined) {
      ChildSpec.Confinement wanted = spec.confinement();
      RunCgroup cgroup = room.cgroup();
      return new Spawn.Setup(
          stdio,
          confined.start(spec.cwd()),
          ChildLimits.of(room.limits()),
          marks.next(),
          cgroup == null ? null : cgroup.entrance(),
          wanted.noNewPrivs() || wanted.sandbox() != null,
          wanted.parentDeathSignal() == null ? 0 : wanted.parentDeathSignal().number(),
          confined.namespaces(spec));
    }

    private Spawned plant(
        String path,
        Map<String, String> env,
        ChildSpec spec,
        Spawn.Setup setup,
        Room room,
        Stdio ours)
        throws NotStartedException {
      forest.planting();
      try {
        return switch (spawn.start(path, spec.argv(), env, setup)) {
          case Spawn.Outcome.Failed failed ->
              throw new NotStartedException(StartFailures.of(spec, path, failed));
          case Spawn.Outcome.Started(int pid, int pidfd) -> {
            Tree tree = new Tree(pid, spec.cookie(), setup.mark(), room.cgroup());
            forest.add(tree);
            raiseOomScore(pid);
            yield new Spawned(pid, tree, descriptors.opened(Kind.PIDFD, pidfd), ours);
          }
        };
      } finally {
        forest.planted();
      }
    }

    @Override
    public void close() {
      slots.close();
    }
  }

  /**
   * When memory is short the kernel is to take a child before the service. No child can do this for
   * itself before its exec, for then it is the service's memory that it has, and nobody but root
   * may write to what belongs to that.
   */
  private void raiseOomScore(int pid) {
    int fd = Libc.open("/proc/" + pid + "/oom_score_adj", Libc.O_WRONLY | Libc.O_CLOEXEC);
    if (fd >= 0) {
      Libc.write(fd, oomScore, oomScoreLength);
      Libc.close(fd);
    }
  }

  /** Ends a child that nobody could take over, and closes what was opened for it. */
  void abandon(Spawned spawned) {
    spawned.stdio().close();
    spawned.pidfd().close();
    Tree tree = spawned.tree();
    if (tree.cgroup() != null) {
      tree.cgroup().kill();
    }
    Processes.kill(-tree.leader(), 9);
    Processes.kill(tree.leader(), 9);
    Processes.reapNow(tree.leader());
    forest.remove(tree);
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
    nothing.close();
  }
}
