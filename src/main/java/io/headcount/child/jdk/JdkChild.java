package io.headcount.child.jdk;

import io.headcount.child.Child;
import io.headcount.child.ChildEnd;
import io.headcount.child.ChildExit;
import io.headcount.child.ChildListener;
import io.headcount.child.ChildSpec;
import io.headcount.child.KillPath;
import io.headcount.child.Owner;
import io.headcount.child.ProcessInfo;
import io.headcount.child.Signal;
import io.headcount.child.StopOrder;
import io.headcount.output.StdStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One command that runs. It ends in this order: the leader's exit is seen, the tree is seen empty
 * or given up, the output is drained, the streams are closed, the end is told. Owner thread only.
 */
final class JdkChild implements Child, ChildStreams.Listener {
  private static final long KEPT_LOOK_NANOS = 1_000_000_000L;

  /** What the JDK makes of a death by signal: 128 and the signal's number, 1 to 64. */
  private static final int FIRST_SIGNAL_CODE = 129;

  private static final int LAST_SIGNAL_CODE = 192;

  private enum Phase {
    RUNNING,
    DRAINING,
    DRAINED,
    KEPT,
    ENDED
  }

  private final Process process;
  private final ProcessHandle leader;
  private final ChildSpec spec;
  private final Owner owner;
  private final ChildListener listener;
  private final ProcessWatch watch;
  private final KnownProcesses known;
  private final JdkTree tree;
  private final ChildStreams streams;
  private final KillPath<ProcessHandle> killPath;

  private Phase phase = Phase.RUNNING;
  private boolean exited;
  private boolean stopping;
  private boolean truncated;
  private KillPath.@Nullable Report report;
  private Owner.@Nullable Timer timer;

  JdkChild(
      Process process,
      ChildSpec spec,
      Owner owner,
      ChildListener listener,
      ProcessWatch watch,
      long stdinWaitNanos,
      AtomicLong pipes) {
    this.process = process;
    this.leader = process.toHandle();
    this.spec = spec;
    this.owner = owner;
    this.listener = listener;
    this.watch = watch;
    known = new KnownProcesses(leader);
    tree = new JdkTree(known, watch, owner);
    streams = new ChildStreams(process, spec, owner, stdinWaitNanos, pipes, this);
    killPath = new KillPath<>(owner, tree, spec.stop(), this::treeEnded);
  }

  /**
   * Hands the child to its owner and reads its standard output to the end, on this thread. When it
   * throws, nothing is left.
   */
  void run() {
    try {
      streams.start(leader.pid());
      owner.execute(this::begin);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      leader.descendants().forEach(ProcessHandle::destroyForcibly);
      leader.destroyForcibly();
      streams.forceClose();
      throw e;
    }
    streams.readStdout();
  }

  private void begin() {
    watch.watch(known);
    listener.started(this);
    streams.open(spec.stdin());
    var _ = process.onExit().whenCompleteAsync((_, _) -> leaderExited(), owner);
  }

  @Override
  public Long pid() {
    return leader.pid();
  }

  @Override
  public void stop(StopOrder order) {
    if (phase != Phase.ENDED) {
      stopping = true;
      killPath.stop(order);
    }
  }

  @Override
  public CompletableFuture<Boolean> signal(Signal signal, Target target) {
    if (!Handles.canSend(signal)) {
      throw new UnsupportedOperationException(
          ("signal: expected SIGTERM or SIGKILL, got %s; the jdk adapter can send no other, the"
                  + " linux adapter can")
              .formatted(signal));
    }
    return switch (target) {
      case LEADER ->
          CompletableFuture.completedFuture(
              Handles.isAlive(leader) && Handles.send(leader, signal));
      case GROUP ->
          throw new UnsupportedOperationException(
              "target: expected leader or tree, got group; the jdk adapter gives a run no process"
                  + " group, the linux adapter does");
      case TREE -> {
        CompletableFuture<Boolean> delivered = new CompletableFuture<>();
        tree.look(alive ->
            delivered.complete(
                alive.stream().filter(handle -> Handles.send(handle, signal)).count() > 0));
        yield delivered;
      }
    };
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
  public CompletableFuture<List<ProcessInfo>> processes() {
    CompletableFuture<List<ProcessInfo>> answer = new CompletableFuture<>();
    tree.look(alive -> answer.complete(alive.stream().map(Handles::describe).toList()));
    return answer;
  }

  @Override
  public void output(StdStream stream, ByteBuffer bytes) {
    listener.output(stream, bytes);
  }

  @Override
  public void stdinClosed() {
    listener.stdinClosed();
  }

  private void leaderExited() {
    if (exited || phase != Phase.RUNNING) {
      return;
    }
    exited = true;
    cancelTimer();
    streams.closeStdin();
    listener.exited(exitOf(process.exitValue()));
    if (killPath.isDone() || !(stopping || spec.descendants() == ChildSpec.Descendants.KILL)) {
      drain();
    } else {
      killPath.confirmEmpty();
    }
  }

  private static ChildExit exitOf(int value) {
    boolean ambiguous =
        Platform.current().posix() && value >= FIRST_SIGNAL_CODE && value <= LAST_SIGNAL_CODE;
    return new ChildExit(ambiguous ? null : value, null, null);
  }

  private void treeEnded(KillPath.Report ended) {
    report = ended;
    switch (phase) {
      case RUNNING -> {
        if (exited || Handles.isAlive(leader)) {
          drain();
        } else {
          // The tree is gone, so the JDK is about to tell of the exit; if it never does, go on.
          timer = owner.schedule(KillPath.CONFIRM_NANOS, this::drain);
        }
      }
      case DRAINED -> end(false);
      case KEPT -> keptEnded(ended);
      case DRAINING, ENDED -> {}
    }
  }

  private void drain() {
    if (phase == Phase.RUNNING) {
      phase = Phase.DRAINING;
      streams.drain();
    }
  }

  @Override
  public void closed(boolean outputTruncated) {
    phase = Phase.DRAINED;
    truncated = outputTruncated;
    if (report != null) {
      end(false);
    } else if (!stopping) {
      tree.look(alive -> {
        if (!stopping) {
          end(!alive.isEmpty());
        }
      });
    }
  }

  private void end(boolean kept) {
    phase = kept ? Phase.KEPT : Phase.ENDED;
    ChildEnd end = endOf(report, kept);
    if (kept) {
      timer = owner.schedule(KEPT_LOOK_NANOS, () -> lookAtKept(false));
    } else {
      watch.forget(known);
    }
    listener.ended(end);
  }

  private void lookAtKept(boolean emptyBefore) {
    tree.look(alive -> {
      if (phase != Phase.KEPT || stopping) {
        return;
      }
      if (!alive.isEmpty()) {
        timer = owner.schedule(KEPT_LOOK_NANOS, () -> lookAtKept(false));
      } else if (emptyBefore) {
        keptEnded(null);
      } else {
        lookAtKept(true);
      }
    });
  }

  private void keptEnded(KillPath.@Nullable Report ended) {
    phase = Phase.ENDED;
    watch.forget(known);
    listener.keptEnded(endOf(ended, false));
  }

  private ChildEnd endOf(KillPath.@Nullable Report ended, boolean kept) {
    return ended == null
        ? new ChildEnd(false, List.of(), kept, truncated)
        : new ChildEnd(ended.escalated(), ended.survivors(), kept, truncated);
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
