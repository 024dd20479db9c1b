package io.headcount.child.linux;

import io.headcount.child.Child;
import io.headcount.child.ChildEnd;
import io.headcount.child.ChildListener;
import io.headcount.child.ChildSpec;
import io.headcount.child.KillPath;
import io.headcount.child.Owner;
import io.headcount.child.ProcessInfo;
import io.headcount.child.Signal;
import io.headcount.child.StopOrder;
import io.headcount.child.UnreadableMachineException;
import io.headcount.child.linux.Descriptors.Fd;
import io.headcount.child.linux.libc.Epoll;
import io.headcount.child.linux.libc.Processes;
import io.headcount.output.StdStream;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A command on Linux, from its spawn to its end. Three descriptors (two with a terminal, one when
 * its output goes to a file; standard input is another), no thread; everything on its event loop.
 * One that is over by the time it gets here is never watched.
 *
 * <p>The end has three parts, in any order: the leader's exit (from the pidfd), the tree seen empty
 * (or given up), the output read to its end, if it is read at all. When the first two are there,
 * output goes on until both streams end, or {@link #IDLE_NANOS} pass without a byte, or {@link
 * #DRAIN_NANOS} in all. Then everything is closed and the leader reaped.
 */
final class LinuxChild implements Child {
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long KEPT_LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * At the end, how many buffers of what is in the pipes are still read: more than a pipe holds.
   */
  private static final int LAST_READS = 64;

  private final EventLoop loop;
  private final LinuxMachine machine;
  private final ChildSpec spec;
  private final ChildListener listener;
  private final LinuxTree tree;
  private final int pid;
  private final Fd pidfd;
  private final LinuxStreams streams;

  /** How it exited, if it and its output were over before anyone watched them. */
  private final Processes.@Nullable Exit overAtOnce;

  private @Nullable KillPath<ProcEntry> killPath;
  private KillPath.@Nullable Report report;
  private Owner.@Nullable Timer drainTimer;
  private long lastRead;
  private boolean leaderExited;
  private boolean kept;
  private boolean ended;

  /** Takes over a spawned child; called on its loop. */
  LinuxChild(
      EventLoop loop,
      LinuxMachine machine,
      ChildSpec spec,
      ChildListener listener,
      Spawner.Spawned spawned) {
    this.loop = loop;
    this.machine = machine;
    this.spec = spec;
    this.listener = listener;
    this.pid = spawned.pid();
    this.tree = new LinuxTree(spawned.tree(), spec.terminal() != null, loop, machine);
    this.pidfd = spawned.pidfd();
    this.streams =
        new LinuxStreams(
            loop, spawned.stdio(), this::heard, this::outputEnded, listener::stdinClosed);
    Processes.Exit exit = exit();
    if (exit != null && streams.areComplete()) {
      overAtOnce = exit;
    } else {
      overAtOnce = null;
      loop.register(pidfd, Epoll.IN | Epoll.ONCE_A_CHANGE, _ -> leaderReady());
      streams.watch();
    }
  }

  /** Tells that it runs, and gives it what it is to read. */
  void begin() {
    listener.started(this);
    streams.begin(spec.stdin());
    if (overAtOnce != null) {
      streams.read(Integer.MAX_VALUE); // to the end, for nobody can write any more
      exited(overAtOnce);
      confirmEmpty();
    }
  }

  @Override
  public Long pid() {
    return (long) pid;
  }

  @Override
  public void stop(StopOrder order) {
    if (!ended) {
      path().stop(order);
    } else if (kept) {
      keptPath(order);
    }
  }

  private KillPath<ProcEntry> path() {
    KillPath<ProcEntry> path = killPath;
    if (path == null) {
      path = new KillPath<>(loop, tree, spec.stop(), this::treeDone);
      killPath = path;
    }
    return path;
  }

  private void heard(StdStream stream, ByteBuffer bytes) {
    lastRead = System.nanoTime();
    listener.output(stream, bytes);
  }

  private void outputEnded() {
    if (report != null && !streams.isOpen()) {
      end();
    }
  }

  private void leaderReady() {
    if (ended) {
      reap(); // it outlived even SIGKILL, and has died at last
      return;
    }
    if (report == null) {
      streams.read(1); // what it wrote is heard before that it exited
    }
    tellExit();
    if (leaderExited) {
      confirmEmpty();
    }
  }

  private void confirmEmpty() {
    if (killPath == null && spec.descendants() == ChildSpec.Descendants.KEEP) {
      look(this::keepOrEnd);
    } else {
      path().confirmEmpty();
    }
  }

  /** Tells of the leader's exit, once, if it has exited. */
  private void tellExit() {
    Processes.Exit exit = leaderExited ? null : exit();
    if (exit != null) {
      exited(exit);
    }
  }

  private void exited(Processes.Exit exit) {
    leaderExited = true;
    tree.leaderExited();
    listener.exited(Exits.toChildExit(exit));
  }

  /** How the leader exited, which leaves it a zombie; null if it has not. */
  private Processes.@Nullable Exit exit() {
    return Processes.peek(pidfd.number()) instanceof Processes.Wait.Ended(Processes.Exit exit)
        ? exit
        : null;
  }

  private void look(Consumer<List<ProcEntry>> found) {
    if (tree.isSurelyEmpty()) {
      found.accept(List.of());
    } else {
      tree.look(found);
    }
  }

  /** Two looks, as everywhere: one alone may miss who was just being forked. */
  private void keepOrEnd(List<ProcEntry> alive) {
    if (alive.isEmpty()) {
      look(this::keep);
    } else {
      keep(alive);
    }
  }

  private void keep(List<ProcEntry> alive) {
    if (killPath == null) {
      kept = !alive.isEmpty();
      treeDone(new KillPath.Report(false, List.of()));
    }
  }

  /** The tree is gone, given up or kept; what is still in the pipes is read now. */
  private void treeDone(KillPath.Report outcome) {
    if (ended || report != null) {
      return;
    }
    tellExit(); // on a busy loop the looks may be back before the pidfd is heard
    report = outcome;
    if (!streams.isOpen()) {
      end();
    } else {
      long now = System.nanoTime();
      lastRead = now;
      drain(now + DRAIN_NANOS);
    }
  }

  private void drain(long deadline) {
    long now = System.nanoTime();
    long wait = Math.min(lastRead + IDLE_NANOS - now, deadline - now);
    if (wait <= 0) {
      end();
    } else {
      drainTimer = loop.schedule(wait, () -> drain(deadline));
    }
  }

  private void end() {
    if (ended) {
      return;
    }
    streams.read(LAST_READS);
    if (ended) {
      return; // the last read met end-of-file, and that was the end
    }
    ended = true;
    boolean truncated = streams.isOpen();
    if (drainTimer != null) {
      drainTimer.cancel();
    }
    streams.close();
    Boolean oomKilled = tree.oomKilled();
    if (leaderExited) {
      reap();
    }
    KillPath.Report outcome = report;
    boolean escalated = outcome != null && outcome.escalated();
    List<ProcessInfo> survivors = outcome == null ? List.of() : outcome.survivors();
    listener.ended(new ChildEnd(escalated, survivors, kept, truncated, oomKilled));
    if (kept) {
      lookAfterKept();
    }
  }

  private void reap() {
    if (kept) {
      machine.forest().loseLeader(tree.tree());
    }
    machine.adoptees().reapLeader(pidfd.number());
    loop.close(pidfd);
    tree.leaderReaped();
    if (!kept) {
      machine.forest().remove(tree.tree());
    }
  }

  /** Nothing tells of the end of processes that are not our children: a look a second does. */
  private void lookAfterKept() {
    loop.schedule(
        KEPT_LOOK_NANOS,
        () -> {
          if (kept) {
            look(alive -> {
              if (kept && alive.isEmpty()) {
                releaseKept(new KillPath.Report(false, List.of()));
              } else if (kept) {
                lookAfterKept();
              }
            });
          }
        });
  }

  private void keptPath(StopOrder order) {
    KillPath<ProcEntry> path = killPath;
    if (path == null) {
      path = new KillPath<>(loop, tree, order, this::releaseKept);
      killPath = path;
    }
    path.stop(order);
  }

  private void releaseKept(KillPath.Report outcome) {
    if (kept) {
      kept = false;
      Boolean oomKilled = tree.oomKilled();
      machine.forest().remove(tree.tree());
      listener.keptEnded(
          new ChildEnd(outcome.escalated(), outcome.survivors(), false, false, oomKilled));
    }
  }

  @Override
  public CompletableFuture<Boolean> signal(Signal signal, Target target) {
    if (target == Target.LEADER) {
      return CompletableFuture.completedFuture(
          !leaderExited && Processes.pidfdSendSignal(pidfd.number(), signal.number()) == 0);
    }
    CompletableFuture<Boolean> delivered = new CompletableFuture<>();
    tree.look(alive -> {
      List<ProcEntry> chosen =
          target == Target.TREE
              ? alive
              : alive.stream().filter(process -> process.pgrp() == pid).toList();
      delivered.complete(tree.deliver(chosen, signal.number()));
    });
    return delivered;
  }

  @Override
  public CompletableFuture<StdinResult> writeStdin(ByteBuffer bytes, boolean eof) {
    return streams.write(bytes, eof);
  }

  @Override
  public boolean stdinOpen() {
    return streams.stdinOpen();
  }

  @Override
  public boolean resize(int columns, int rows) {
    return streams.resize(columns, rows);
  }

  @Override
  public CompletableFuture<List<ProcessInfo>> processes() {
    CompletableFuture<List<ProcessInfo>> answer = new CompletableFuture<>();
    machine
        .table()
        .look(
            snapshot -> {
              List<ProcessInfo> found =
                  snapshot.of(tree.tree()).stream()
                      .sorted(
                          Comparator.comparing((ProcEntry process) -> process.pid() != pid)
                              .thenComparingLong(ProcEntry::startTicks)
                              .thenComparingInt(ProcEntry::pid))
                      .map(tree::describe)
                      .toList();
              loop.execute(() -> answer.complete(found));
            },
            () -> answer.completeExceptionally(new UnreadableMachineException()));
    return answer;
  }
}
