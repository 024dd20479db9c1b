package io.headcount.child.linux;

import io.headcount.child.ChildSpec;
import io.headcount.child.StartFailure;
import io.headcount.child.linux.Descriptors.Fd;
import io.headcount.child.linux.Descriptors.Kind;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.NativeBuffer;
import io.headcount.child.linux.libc.PosixSpawn;
import io.headcount.child.linux.libc.Processes;
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
 * The few threads that start commands. They never end while the service lives: posix_spawn blocks,
 * a blocked native call would pin a virtual thread's carrier, and a parent-death signal follows the
 * thread that spawned.
 *
 * <p>A start opens its pipes or its terminal, spawns, and closes the child's ends at once; whatever
 * fails, nothing stays open.
 */
final class Spawner {
  private static final Logger LOG = LoggerFactory.getLogger(Spawner.class);
  private static final int PASSES = 8;
  private static final int OOM_SCORE_RAISE = 500;
  private static final int OOM_SCORE_MAX = 1000;

  private final Descriptors descriptors;
  private final Forest forest;
  private final Adoptees adoptees;
  private final Marks marks;
  private final Fd nothing;
  private final @Nullable Cgroups cgroups;
  private final Tools tools;
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
      Tools tools,
      int ownOomScore) {
    this.descriptors = descriptors;
    this.forest = forest;
    this.adoptees = adoptees;
    this.marks = marks;
    this.nothing = open("/dev/null");
    this.cgroups = cgroups;
    this.tools = tools;
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
    PosixSpawn posixSpawn = new PosixSpawn();
    adoptees.addSpawner();
    known.countDown();
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
    Opened opened = new Opened();
    try {
      order.spawned(spawn(posixSpawn, order.spec(), opened));
    } catch (Failure failure) {
      opened.closeAll();
      order.failed(failure.why);
    } catch (RuntimeException | Error e) {
      opened.closeAll();
      LOG.error("event=spawn-fault", e);
      order.failed(new StartFailure(StartFailure.Kind.OTHER, null, "a fault of ours: " + e));
    }
  }

  private Spawned spawn(PosixSpawn posixSpawn, ChildSpec spec, Opened opened) throws Failure {
    ChildSpec.Terminal terminal = spec.terminal();
    Map<String, String> env = spec.env();
    Stdio ours;
    PosixSpawn.Stdio theirs;
    if (terminal == null) {
      boolean wantsStdin = !(spec.stdin() instanceof ChildSpec.Stdin.Closed);
      Fd stdin = wantsStdin ? opened.pipe(1) : null;
      ours = new Stdio.Pipes(stdin, opened.pipe(0), opened.pipe(0));
      theirs = opened.theirPipes(wantsStdin);
    } else {
      Fd master = opened.terminal(terminal);
      ours = new Stdio.Terminal(master);
      theirs = new PosixSpawn.Stdio.Terminal("/dev/pts/" + Terminals.number(master.number()));
      env = new LinkedHashMap<>(env);
      env.put("TERM", terminal.term());
    }
    String path =
        spec.executable() != null
            ? spec.executable()
            : Executables.find(spec.argv().getFirst(), env.get("PATH"), spec.cwd());
    Room room = room(spec);
    Launch launch;
    Tree tree;
    try {
      launch = opened.launch(Launch.of(posixSpawn, forest, tools, spec, path, room.limits()));
      tree = plant(posixSpawn, launch, spec, env, theirs, room.cgroup());
    } catch (ChildLimits.Refused refused) {
      room.giveUp();
      throw new Failure(refused.failure());
    } catch (Failure | RuntimeException | Error e) {
      room.giveUp();
      throw e;
    }
    int pid = tree.leader();
    opened.closeTheirs();
    int pidfd = Processes.pidfdOpen(pid);
    if (pidfd < 0) {
      abandon(tree);
      throw new Failure(StartFailures.of("pidfd_open", -pidfd));
    }
    Fd watched = descriptors.opened(Kind.PIDFD, pidfd);
    raiseOomScore(pid);
    try {
      room.takeIn(pid);
      launch.await(pid, pidfd);
    } catch (ChildLimits.Refused refused) {
      watched.close();
      abandon(tree);
      throw new Failure(refused.failure());
    }
    if (room.cgroup() != null) {
      fetchWhoLeft(tree, room.cgroup());
    }
    return new Spawned(pid, tree, watched, ours);
  }

  /** The move of the leader took milliseconds, in which it may have forked who is its no more. */
  private void fetchWhoLeft(Tree tree, RunCgroup cgroup) {
    boolean more = true;
    for (int pass = 0; more && pass < PASSES; pass++) {
      more = false;
      for (int pid : adoptees.markedAs(tree)) {
        more |= cgroup.fetch(pid);
      }
    }
  }

  private Room room(ChildSpec spec) throws Failure {
    try {
      return Room.of(cgroups, spec);
    } catch (ChildLimits.Refused refused) {
      throw new Failure(refused.failure());
    }
  }

  private Tree plant(
      PosixSpawn posixSpawn,
      Launch launch,
      ChildSpec spec,
      Map<String, String> env,
      PosixSpawn.Stdio stdio,
      @Nullable RunCgroup cgroup)
      throws Failure {
    long mark = marks.next();
    forest.planting();
    try {
      int pid = posixSpawn.spawn(launch.path(), launch.argv(), env, launch.cwd(), stdio);
      if (pid < 0) {
        throw new Failure(StartFailures.of(spec, launch.path(), -pid));
      }
      Marks.set(pid, mark);
      Tree tree = new Tree(pid, spec.cookie(), mark, cgroup);
      forest.add(tree);
      return tree;
    } finally {
      forest.planted();
    }
  }

  /** Ends a child that nobody could take over, and closes what was opened for it. */
  void abandon(Spawned spawned) {
    spawned.stdio().close();
    spawned.pidfd().close();
    abandon(spawned.tree());
  }

  /** Without a pidfd a child cannot be watched: it is ended before it did much, and reaped here. */
  private void abandon(Tree tree) {
    if (tree.cgroup() != null) {
      tree.cgroup().kill();
    }
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
    nothing.close();
  }

  private static final class Failure extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient StartFailure why;

    Failure(StartFailure why) {
      super(why.message(), null, false, false);
      this.why = why;
    }
  }

  /** What one start opened: our ends do not block, those of a child's pipes do. */
  private final class Opened {
    private final List<Fd> ours = new ArrayList<>(3);
    private final List<Fd> theirs = new ArrayList<>(3);
    private final int[] ends = new int[2];
    private @Nullable Launch launch;

    /** What is to be closed with the rest should the start fail. */
    Launch launch(Launch prepared) {
      launch = prepared;
      return prepared;
    }

    /**
     * Opens a pipe and returns our end.
     *
     * @param which 0 if we read, 1 if we write
     */
    Fd pipe(int which) throws Failure {
      checked("pipe2", Libc.pipe2(ends, Libc.O_CLOEXEC));
      Fd own = descriptors.opened(Kind.PIPE, ends[which]);
      ours.add(own);
      theirs.add(descriptors.opened(Kind.PIPE, ends[1 - which]));
      checked("fcntl", Libc.setFlags(own.number(), Libc.O_NONBLOCK));
      return own;
    }

    PosixSpawn.Stdio theirPipes(boolean withStdin) {
      int first = withStdin ? 1 : 0;
      return new PosixSpawn.Stdio.Pipes(
          withStdin ? theirs.getFirst().number() : nothing.number(),
          theirs.get(first).number(),
          theirs.get(first + 1).number());
    }

    /** Opens a terminal of the size that the child is to find, and returns its master. */
    Fd terminal(ChildSpec.Terminal wanted) throws Failure {
      Fd master = descriptors.opened(Kind.PTY, checked("open(/dev/ptmx)", Terminals.open()));
      ours.add(master);
      checked("TIOCSPTLCK", Terminals.unlock(master.number()));
      checked("TIOCGPTN", Terminals.number(master.number()));
      checked("TIOCSWINSZ", Terminals.resize(master.number(), wanted.columns(), wanted.rows()));
      return master;
    }

    private static int checked(String call, int result) throws Failure {
      if (result < 0) {
        throw new Failure(StartFailures.of(call, -result));
      }
      return result;
    }

    void closeTheirs() {
      theirs.forEach(Fd::close);
    }

    void closeAll() {
      if (launch != null) {
        launch.close();
      }
      closeTheirs();
      ours.forEach(Fd::close);
    }
  }
}
