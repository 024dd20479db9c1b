package io.headcount.supervisor;

import io.headcount.child.Child;
import io.headcount.child.ChildAdapter;
import io.headcount.child.ChildEnd;
import io.headcount.child.ChildExit;
import io.headcount.child.ChildListener;
import io.headcount.child.ChildSpec;
import io.headcount.child.Owner;
import io.headcount.child.ProcessInfo;
import io.headcount.child.StartFailure;
import io.headcount.child.StopOrder;
import io.headcount.output.OutputJournal;
import io.headcount.output.StdStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run, from its request to its end: the state machine. State changes only on the owner thread;
 * others hand it tasks, and read what it published ({@link #view}).
 *
 * <p>Settles once, on the first of: never started, failed to start, tree gone or given up.
 */
public final class Run {
  private static final Logger LOG = LoggerFactory.getLogger(Run.class);

  private final String boot;
  private final String id;
  private final long sequence;
  private final RunSpec spec;
  private final long weight;
  private final String cwd;
  private final StopOrder defaultStop;
  private final RunClocks clocks;
  private final Owner owner;
  private final ChildAdapter adapter;
  private final RunHooks hooks;
  private final OutputJournal journal;
  private final Watchers watchers = new Watchers();
  private final Deadlines deadlines;
  private final StdinPort stdin;
  private final TerminalPort terminal;
  private final @Nullable Redactor redactor;
  private final Instant createdAt = Instant.now();
  private final long createdNanos = System.nanoTime();
  private final CompletableFuture<Void> launched = new CompletableFuture<>();
  private final CompletableFuture<Void> exited = new CompletableFuture<>();
  private final CompletableFuture<Void> released = new CompletableFuture<>();

  private volatile Progress progress;
  private volatile boolean queued;

  /** What was ordered so far, taken together; null if nothing was. */
  private volatile @Nullable StopOrder stopOrder;

  // Owner thread only. The record stays long after the run, and the collector copies what it holds:
  // it lets go of what only a live run needs.
  private @Nullable ChildSpec childSpec;
  private RunTracer.@Nullable Trace trace;
  private @Nullable Child child;
  private long spawnOrderedNanos;

  Run(
      String boot,
      String id,
      long sequence,
      RunSpec spec,
      ChildSpec childSpec,
      RunClocks clocks,
      OutputJournal journal,
      RunTracer.Trace trace,
      ChildAdapter adapter,
      RunHooks hooks) {
    this.boot = boot;
    this.id = id;
    this.sequence = sequence;
    this.spec = spec;
    this.weight = spec.weight();
    this.childSpec = childSpec;
    this.cwd = childSpec.cwd().toString();
    this.defaultStop = childSpec.stop();
    this.clocks = clocks;
    this.adapter = adapter;
    this.owner = adapter.nextOwner();
    this.hooks = hooks;
    this.journal = journal;
    this.trace = trace;
    this.deadlines = new Deadlines(owner, journal, reason -> end(reason, defaultStop));
    this.stdin = new StdinPort(this);
    this.terminal = new TerminalPort(this, childSpec.terminal());
    this.redactor = Redactor.of(spec);
    this.progress = Progress.queued(childSpec.stdin() instanceof ChildSpec.Stdin.Pipe);
  }

  public String id() {
    return id;
  }

  public RunSpec spec() {
    return spec;
  }

  /** Everything the command wrote, as far as it is still held. */
  public OutputJournal output() {
    return journal;
  }

  /** Writes to standard input. */
  public StdinPort stdin() {
    return stdin;
  }

  /** Its terminal, if it has one. */
  public TerminalPort terminal() {
    return terminal;
  }

  public RunState state() {
    return progress.state();
  }

  /** The run as it is now. */
  public RunView view() {
    Progress now = progress;
    Progress.Start start = now.start();
    Progress.End end = now.end();
    return new RunView(
        boot,
        id,
        spec,
        now.version(),
        now.state(),
        now.reason(),
        now.exit(),
        now.failure(),
        cwd,
        start == null ? null : start.pid(),
        createdAt,
        start == null ? null : start.at(),
        now.exitingAt(),
        end == null ? null : end.at(),
        now.durationMs(System.nanoTime()),
        clocks.overallMs(),
        clocks.noOutputMs(),
        graceNanos() / 1_000_000,
        end != null && end.tree().escalated(),
        end == null ? null : end.tree().oomKilled(),
        end == null ? List.of() : end.tree().survivors(),
        now.keeps(),
        now.stdinOpen(),
        stdin.offset(),
        terminal.current(),
        journal.totals());
  }

  private long graceNanos() {
    StopOrder ordered = stopOrder;
    return ordered == null ? defaultStop.graceNanos() : ordered.effectiveGraceNanos();
  }

  /** Completes when the command runs, failed to start, or never will. Never fails. */
  public CompletableFuture<Void> launched() {
    return launched;
  }

  /** Completes when the run has settled. Never fails. */
  public CompletableFuture<Void> exited() {
    return exited;
  }

  /** Completes when the run has settled and nothing that it kept is alive. Never fails. */
  public CompletableFuture<Void> released() {
    return released;
  }

  /**
   * Calls {@code watcher} on the owner thread whenever there are new bytes or a change of the view,
   * until {@link #unwatch}. It must not block; what it was called for is already to be seen.
   */
  public void watch(Runnable watcher) {
    watchers.add(watcher);
  }

  /** Ends a {@link #watch}. */
  public void unwatch(Runnable watcher) {
    watchers.remove(watcher);
  }

  /** The live processes of the run. */
  public CompletableFuture<List<ProcessInfo>> processes() {
    return ask(running -> running == null ? completed(List.of()) : running.processes());
  }

  /** What its request took of the memory when it was made, see {@link RunSpec#weight}. */
  long weight() {
    return weight;
  }

  long sequence() {
    return sequence;
  }

  StopOrder defaultStop() {
    return defaultStop;
  }

  /** Whether it waits for others to make a place, and not only for those that it replaces. */
  public boolean isQueued() {
    return queued && progress.state() == RunState.QUEUED;
  }

  /** Tells that it is there; nothing that follows is told before. Any thread. */
  void announce() {
    owner.execute(() -> hooks.added(this));
  }

  /**
   * Waits: starts the clock of the queue. Any thread.
   *
   * @param forOthers whether in the queue, or only for the runs it replaces
   */
  void waitForPlace(boolean forOthers) {
    queued = forOthers;
    owner.execute(() -> {
      if (progress.state() == RunState.QUEUED) {
        deadlines.startQueue(clocks.queueMs());
      }
    });
  }

  /** Has a place: starts the command, unless the run was ended while it waited. Any thread. */
  void begin() {
    queued = false;
    owner.execute(this::beginHere);
  }

  /**
   * Ends the run for {@code reason}; the first reason wins, a shorter grace shortens. Any thread.
   */
  void stop(Reason reason, StopOrder order) {
    owner.execute(() -> end(reason, order));
  }

  /** Ends a run that has a place but may not start after all. Any thread. */
  void refuse(StartFailure failure) {
    owner.execute(() -> {
      if (progress.state() == RunState.QUEUED) {
        failed(failure);
      }
    });
  }

  /** Settles a run of an earlier boot, of which nobody saw the end. Any thread. */
  void lose(ChildEnd end) {
    owner.execute(() -> {
      publish(progress.exiting(Reason.LOST));
      settle(end);
    });
  }

  /** Completes when the owner thread has done all that it was asked for before. */
  public CompletableFuture<Void> heard() {
    return CompletableFuture.runAsync(() -> {}, owner);
  }

  /** Asks the child on the owner thread; the function gets null when there is none. */
  <T> CompletableFuture<T> ask(Function<@Nullable Child, CompletableFuture<T>> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    owner.execute(() -> {
      try {
        CompletableFuture<T> _ =
            question
                .apply(child)
                .whenComplete((value, failure) -> {
                  if (failure != null) {
                    answer.completeExceptionally(failure);
                  } else {
                    answer.complete(value);
                  }
                });
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      }
    });
    return answer;
  }

  /** Owner thread. Tells readers that standard input was closed. */
  void stdinClosed() {
    if (progress.stdinOpen()) {
      publish(progress.withStdinClosed());
    }
  }

  private void beginHere() {
    ChildSpec ordered = childSpec;
    if (ordered == null || progress.state() != RunState.QUEUED) {
      hooks.vacated(this);
      return;
    }
    hooks.left(this, System.nanoTime() - createdNanos);
    publish(progress.starting());
    deadlines.startOverall(clocks.overallMs());
    spawnOrderedNanos = System.nanoTime();
    adapter.start(ordered, owner, new Ears());
  }

  private void end(Reason reason, StopOrder order) {
    switch (progress.state()) {
      case QUEUED -> {
        publish(progress.exiting(reason));
        settle(new ChildEnd(false, List.of(), false, false));
      }
      case STARTING, RUNNING, EXITING -> {
        if (progress.reason() == null) {
          deadlines.cancelAll();
        }
        StopOrder before = stopOrder;
        StopOrder now = before == null ? order : before.then(order);
        stopOrder = now;
        if (!now.equals(before)) {
          publish(progress.exiting(reason));
        }
        orderStop(order);
      }
      case EXITED -> {
        if (progress.keeps() && (reason == Reason.SHUTDOWN || reason == Reason.MANUAL_CANCEL)) {
          orderStop(order);
        }
      }
    }
  }

  /** A stop that fails is not the end of the run: it stays cancellable. */
  private void orderStop(StopOrder order) {
    Child running = child;
    if (running != null) {
      try {
        running.stop(order);
      } catch (RuntimeException e) {
        LOG.warn("event=stop-failed run={}", id, e);
      }
    }
  }

  private void failed(StartFailure failure) {
    deadlines.cancelAll();
    hooks.failed(failure.kind());
    publish(progress.failed(failure));
    settle(new ChildEnd(false, List.of(), false, false));
  }

  private void settle(ChildEnd end) {
    deadlines.cancelAll();
    if (redactor != null) {
      for (StdStream stream : StdStream.values()) {
        journal.append(stream, redactor.rest(stream));
      }
    }
    journal.complete(end.outputTruncated());
    if (spec.stdin() instanceof ChildSpec.Stdin.Inline input) {
      input.forget(); // nobody is to read it any more, and the record stays
    }
    publish(progress.exited(end));
    if (!end.kept()) {
      child = null;
    }
    RunView settled = view();
    if (trace != null) {
      trace.ended(settled);
    }
    trace = null;
    childSpec = null;
    hooks.settled(this, settled, System.nanoTime() - createdNanos);
    launched.complete(null);
    exited.complete(null);
    if (!end.kept()) {
      released.complete(null);
    }
  }

  private void publish(Progress next) {
    Progress before = progress;
    progress = next;
    if (before.state() != next.state()) {
      hooks.moved(this, before.state(), next.state());
    }
    watchers.wake();
  }

  private static <T> CompletableFuture<T> completed(T value) {
    return CompletableFuture.completedFuture(value);
  }

  /** What the adapter tells of the child, on the owner thread. */
  private final class Ears implements ChildListener {
    @Override
    public void started(Child started) {
      child = started;
      hooks.spawned(System.nanoTime() - spawnOrderedNanos);
      publish(progress.started(started.pid()));
      deadlinesAfterStart();
      launched.complete(null);
      StopOrder order = stopOrder;
      if (order != null) {
        orderStop(order);
      }
    }

    private void deadlinesAfterStart() {
      if (progress.reason() == null) {
        deadlines.startNoOutput(clocks.noOutputMs());
      }
    }

    @Override
    public void startFailed(StartFailure failure) {
      failed(failure);
    }

    @Override
    public void output(StdStream stream, ByteBuffer bytes) {
      hooks.output(stream, bytes.remaining());
      journal.append(stream, redactor == null ? bytes : redactor.pass(stream, bytes));
      watchers.wake();
      if (clocks.maxOutputBytes() < journal.next() && progress.reason() == null) {
        end(Reason.OUTPUT_LIMIT, defaultStop);
      }
    }

    @Override
    public void stdinClosed() {
      Run.this.stdinClosed();
    }

    @Override
    public void exited(ChildExit exit) {
      deadlines.cancelAll();
      publish(progress.leaderExited(exit));
    }

    @Override
    public void ended(ChildEnd end) {
      settle(end);
    }

    @Override
    public void keptEnded(ChildEnd end) {
      child = null;
      publish(progress.keptEnded(end));
      released.complete(null);
      hooks.released(Run.this);
    }
  }
}
