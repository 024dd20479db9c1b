package io.headcount.supervisor;

import io.headcount.child.Capacity;
import io.headcount.child.Child.Target;
import io.headcount.child.ChildAdapter;
import io.headcount.child.ChildEnd;
import io.headcount.child.Owner;
import io.headcount.child.Signal;
import io.headcount.child.StartFailure;
import io.headcount.child.StopOrder;
import io.headcount.output.OutputStore;
import io.headcount.output.StdStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts runs, finds them, ends them, and answers for every one of them until it has settled.
 *
 * <p>Thread-safe. Nothing here waits for a child: what takes time is a future of the {@link Run}.
 */
public final class ProcessSupervisor {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessSupervisor.class);
  private static final long PRUNE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final SupervisorSettings settings;
  private final ChildAdapter adapter;
  private final SupervisorMetrics metrics;
  private final Supplier<String> ids;
  private final RunSpecValidator validator;
  private final RunFactory factory;
  private final Budgets budgets;
  private final RunRegistry registry;
  private final Admission<Run> admission;
  private final Listeners listeners = new Listeners();
  private final Map<RunState, AtomicInteger> states = new EnumMap<>(RunState.class);

  /** Orders what must not interleave: looking for an id or a scope, and adding a run to it. */
  private final Object gate = new Object();

  private boolean closing;

  /**
   * Puts a supervisor to work.
   *
   * @param settings the knobs
   * @param adapter runs the commands; closed with the supervisor
   * @param outputs holds what they write; not closed with the supervisor
   * @param metrics hears what happens
   * @param tracer follows each run
   * @param ids makes ids, unique and in ascending order
   */
  public ProcessSupervisor(
      SupervisorSettings settings,
      ChildAdapter adapter,
      OutputStore outputs,
      SupervisorMetrics metrics,
      RunTracer tracer,
      Supplier<String> ids) {
    this.settings = settings;
    this.adapter = adapter;
    this.metrics = metrics;
    this.ids = ids;
    this.factory = new RunFactory(settings, adapter, outputs, tracer, new Hooks());
    this.budgets = new Budgets(settings);
    this.validator = new RunSpecValidator(adapter, settings.workspace());
    this.registry = new RunRegistry(settings.retention());
    this.admission =
        new Admission<>(
            settings.maxLiveRuns(),
            settings.maxLiveRunsOfOne(),
            settings.maxQueuedRuns(),
            run -> Objects.requireNonNullElse(run.spec().owner(), ""));
    for (RunState state : RunState.values()) {
      states.put(state, new AtomicInteger());
    }
    Owner owner = adapter.nextOwner();
    owner.execute(() -> pruneAgain(owner));
  }

  /**
   * Starts a run under an id of the service's choice. Returns at once; {@link Run#launched} tells
   * when the command runs.
   *
   * @throws SupervisorException if it is refused; nothing was started then
   */
  public Run start(RunSpec spec) {
    return put(null, spec).run();
  }

  /**
   * Starts a run under the caller's id, or finds the one that was started with it before.
   *
   * @throws SupervisorException.Conflict if the id stands for another request
   * @throws SupervisorException if it is refused; nothing was started then
   */
  public Put put(@Nullable String wantedId, RunSpec spec) {
    Path cwd = validator.check(spec);
    Run run;
    List<Run> predecessors;
    boolean placed = false;
    synchronized (gate) {
      Run existing = wantedId == null ? null : registry.find(wantedId);
      if (existing != null) {
        if (existing.spec().equals(spec)) {
          return new Put(existing, false);
        }
        throw new SupervisorException.Conflict(existing.id());
      }
      if (closing) {
        throw new SupervisorException.Draining();
      }
      checkBudgets();
      registry.checkRoom(spec);
      String scope = spec.scopeKey();
      predecessors =
          scope != null && spec.replaceExistingScope()
              ? registry.liveInScope(scope).stream()
                  .filter(other -> Objects.equals(other.spec().owner(), spec.owner()))
                  .toList()
              : List.of();
      run = factory.make(settings.bootId(), wantedId == null ? ids.get() : wantedId, spec, cwd);
      if (predecessors.isEmpty()) {
        placed = admission.admit(run, false);
      }
      run.announce();
      registry.add(run);
      count(RunState.QUEUED, 1);
    }
    if (placed) {
      run.begin();
    } else {
      run.waitForPlace(predecessors.isEmpty());
      replace(predecessors, run);
    }
    return new Put(run, true);
  }

  /** All that is wrong with a request, empty if it may be started. Starts nothing. */
  public List<Violation> violations(RunSpec spec) {
    try {
      validator.check(spec);
      return List.of();
    } catch (SupervisorException.Invalid e) {
      return e.violations();
    }
  }

  /** Tells what a request without {@link #violations} would execute and where. */
  public Plan plan(RunSpec spec) {
    Path cwd = validator.cwd(spec);
    return new Plan(cwd, factory.executable(spec, cwd));
  }

  /** Runs that have a place but have not opened their descriptors yet count as if they had. */
  private void checkBudgets() {
    int running = count(RunState.RUNNING) + count(RunState.EXITING);
    budgets.check(adapter.capacity(), Math.max(0, admission.live() - running));
  }

  /**
   * Ends its owner's other runs of the scope; when all have settled, the new one gets its place or
   * its turn.
   */
  private void replace(List<Run> predecessors, Run run) {
    if (predecessors.isEmpty()) {
      return;
    }
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (Run predecessor : predecessors) {
      admission.bequeath(predecessor, run);
      predecessor.stop(Reason.MANUAL_CANCEL, predecessor.defaultStop());
      ends.add(predecessor.exited());
    }
    CompletableFuture<Void> _ =
        CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
            .thenRun(() -> {
              if (admission.admit(run, true)) {
                run.begin();
              } else {
                run.waitForPlace(true);
              }
            });
  }

  /** How many descriptors may be open before nothing is started any more. */
  public long descriptorBudget(Capacity capacity) {
    return budgets.descriptors(capacity);
  }

  public Optional<Run> find(String id) {
    return Optional.ofNullable(registry.find(id));
  }

  /**
   * Finds a run that must be there.
   *
   * @throws SupervisorException.NotFound if it is not
   */
  public Run get(String id) {
    return find(id).orElseThrow(() -> new SupervisorException.NotFound(id));
  }

  /** Lists runs, newest first. */
  public RunPage list(RunQuery query) {
    registry.prune();
    return registry.list(query);
  }

  /**
   * Ends one run by the kill path. Changes nothing if it has exited.
   *
   * @param signal the first signal, null for the run's own
   * @param graceMs the grace, 0 to 60,000, null for the run's own
   * @throws SupervisorException.NotFound if there is no such run
   */
  public Run cancel(String id, @Nullable Signal signal, @Nullable Long graceMs) {
    Run run = get(id);
    cancel(run, signal, graceMs);
    return run;
  }

  private static void cancel(Run run, @Nullable Signal signal, @Nullable Long graceMs) {
    if (run.state() == RunState.EXITED) {
      return;
    }
    StopOrder own = run.defaultStop();
    run.stop(
        Reason.MANUAL_CANCEL,
        new StopOrder(
            signal == null ? own.signal() : signal,
            graceMs == null ? own.graceNanos() : Duration.ofMillis(graceMs).toNanos()));
  }

  /**
   * Ends the live runs of a scope and returns them. A blank scope is none and matches nothing.
   *
   * @param owner whose runs; null for everybody's
   */
  public List<Run> cancelScope(String scopeKey, @Nullable String owner) {
    return scopeKey.isBlank()
        ? List.of()
        : cancelThoseOf(owner, registry.liveInScope(scopeKey.strip()));
  }

  /**
   * Ends the live runs that carry all these labels and returns them.
   *
   * @param owner whose runs; null for everybody's
   */
  public List<Run> cancelLabels(Map<String, String> labels, @Nullable String owner) {
    return cancelThoseOf(
        owner, registry.live().stream().filter(run -> run.spec().hasLabels(labels)).toList());
  }

  private List<Run> cancelThoseOf(@Nullable String owner, List<Run> runs) {
    List<Run> theirs =
        runs.stream().filter(run -> owner == null || owner.equals(run.spec().owner())).toList();
    theirs.forEach(run -> cancel(run, null, null));
    return theirs;
  }

  /**
   * Ends every live run at once, and for {@link Reason#SHUTDOWN} what exited runs have kept. One
   * that fails stops no other. None is no error.
   */
  public List<Run> cancelAll(Reason reason) {
    return cancelAll(reason, Duration.ofNanos(Long.MAX_VALUE));
  }

  /**
   * The same with a bound on the grace.
   *
   * @param mostGrace what a longer grace of a run's own is cut to
   */
  List<Run> cancelAll(Reason reason, Duration mostGrace) {
    List<Run> runs = new ArrayList<>(registry.live());
    if (reason == Reason.SHUTDOWN) {
      runs.addAll(registry.keeping());
    }
    for (Run run : runs) {
      try {
        StopOrder own = run.defaultStop();
        long grace = Math.min(own.graceNanos(), mostGrace.toNanos());
        run.stop(reason, new StopOrder(own.signal(), grace));
      } catch (RuntimeException e) {
        LOG.warn("event=cancel-failed run={}", run.id(), e);
      }
    }
    return runs;
  }

  /**
   * Sends a signal without ending the run.
   *
   * @return whether a process got it
   * @throws SupervisorException.NotRunning if there is nothing to signal
   */
  public CompletableFuture<Boolean> signal(String id, Signal signal, Target target) {
    Run run = get(id);
    return run.ask(child -> {
      if (child == null) {
        throw new SupervisorException.NotRunning(run.id(), run.state());
      }
      try {
        return child.signal(signal, target);
      } catch (UnsupportedOperationException e) {
        throw new SupervisorException.Unsupported("/signal", String.valueOf(e.getMessage()));
      }
    });
  }

  /**
   * Forgets a run. A live one is cancelled first, and what an exited one kept is ended.
   *
   * @return completes when it is forgotten
   * @throws SupervisorException.NotFound if there is no such run
   */
  public CompletableFuture<Void> delete(String id) {
    Run run = get(id);
    run.stop(Reason.MANUAL_CANCEL, run.defaultStop());
    return run.released().thenRun(() -> registry.remove(run));
  }

  /**
   * Remembers a run of an earlier boot whose processes were found. What it ran is not known.
   *
   * @param boot that boot
   * @param end what became of them
   */
  Run lost(String boot, String id, ChildEnd end) {
    Run run;
    synchronized (gate) {
      Run existing = registry.find(id);
      if (existing != null) {
        return existing;
      }
      run = factory.make(boot, id, RunSpec.of(List.of()), settings.workspace());
      run.announce();
      registry.add(run);
      count(RunState.QUEUED, 1);
    }
    run.lose(end);
    return run;
  }

  /** Runs that have not settled, oldest first. */
  List<Run> live() {
    return registry.live();
  }

  /** Starts nothing more from here on. What runs or waits is not touched. */
  public void closeAdmission() {
    synchronized (gate) {
      if (closing) {
        return;
      }
      closing = true;
    }
    listeners.draining();
  }

  /** Tells {@code listener} of every change of a run's state from now on. */
  public void listen(RunListener listener) {
    listeners.add(listener);
  }

  /** Whether starts are refused because the service stops. */
  public boolean isClosing() {
    synchronized (gate) {
      return closing;
    }
  }

  /** How many runs are in a state; of exited ones, those that are still kept. */
  public int count(RunState state) {
    return state == RunState.EXITED ? registry.exitedCount() : count(state, 0);
  }

  private int count(RunState state, int change) {
    AtomicInteger counter = states.get(state);
    return counter == null ? 0 : counter.addAndGet(change);
  }

  public SupervisorSettings settings() {
    return settings;
  }

  public ChildAdapter adapter() {
    return adapter;
  }

  /**
   * Ends everything: admission, every run, then the adapter's threads. Waits for the runs, within
   * what the kill path may take. A second call changes nothing.
   */
  public void close() {
    new Shutdown(this, metrics).run(Duration.ZERO, Duration.ofSeconds(1));
    adapter.close();
  }

  /**
   * What a request would do.
   *
   * @param cwd the working directory, absolute
   * @param executable the file, absolute; it need not be there. Null if its name can be no path
   */
  public record Plan(Path cwd, @Nullable Path executable) {}

  /** A run and whether it is new. */
  public record Put(Run run, boolean created) {}

  private void pruneAgain(Owner owner) {
    registry.prune();
    owner.schedule(PRUNE_NANOS, () -> pruneAgain(owner));
  }

  private final class Hooks implements RunHooks {
    @Override
    public void moved(Run run, RunState from, RunState to) {
      count(from, -1);
      count(to, 1);
      listeners.changed(run);
    }

    @Override
    public void added(Run run) {
      listeners.changed(run);
    }

    @Override
    public void left(Run run, long waitedNanos) {
      metrics.waited(waitedNanos);
    }

    @Override
    public void vacated(Run run) {
      Run next = admission.leave(run);
      if (next != null) {
        begin(next);
      }
    }

    /** The machine may have filled up while the run waited. */
    private void begin(Run next) {
      try {
        checkBudgets();
        next.begin();
      } catch (SupervisorException e) {
        next.refuse(
            new StartFailure(StartFailure.Kind.RESOURCES, null, String.valueOf(e.getMessage())));
      }
    }

    @Override
    public void spawned(long nanos) {
      metrics.spawned(nanos);
    }

    @Override
    public void failed(StartFailure.Kind kind) {
      metrics.spawnFailed(kind);
    }

    @Override
    public void output(StdStream stream, int bytes) {
      metrics.output(stream, bytes);
    }

    @Override
    public void settled(Run run, RunView view, long nanos) {
      Reason reason = view.reason() == null ? Reason.EXIT : view.reason();
      metrics.finished(reason, nanos);
      if (view.killEscalated()) {
        metrics.escalated();
      }
      if (view.killEscalated() && !view.survivors().isEmpty()) {
        metrics.survived(view.survivors().size());
      }
      RunLog.settled(view, reason);
      registry.settled(run, view.keepsDescendants());
      vacated(run);
    }

    @Override
    public void released(Run run) {
      registry.released(run);
    }
  }
}
