package io.headcount.supervisor;

import io.headcount.child.ChildAdapter;
import io.headcount.child.ChildSpec;
import io.headcount.child.Signal;
import io.headcount.child.StopOrder;
import io.headcount.output.OutputJournal;
import io.headcount.output.OutputStore;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Makes runs of valid requests: fills in what a request leaves open. Thread-safe. */
final class RunFactory {
  private final SupervisorSettings settings;
  private final ChildAdapter adapter;
  private final OutputStore outputs;
  private final RunTracer tracer;
  private final RunHooks hooks;
  private final ChildEnvironment environment = new ChildEnvironment(System.getenv());
  private final AtomicLong sequences = new AtomicLong();

  RunFactory(
      SupervisorSettings settings,
      ChildAdapter adapter,
      OutputStore outputs,
      RunTracer tracer,
      RunHooks hooks) {
    this.settings = settings;
    this.adapter = adapter;
    this.outputs = outputs;
    this.tracer = tracer;
    this.hooks = hooks;
  }

  /** Where the command of a valid request would be looked for; null if that can be no file. */
  @Nullable Path executable(RunSpec spec, Path cwd) {
    try {
      return adapter.executable(spec.command().words().getFirst(), environment.path(spec), cwd);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /** A run of a boot, which is this one or, of a lost run, another. */
  Run make(String boot, String id, RunSpec spec, Path cwd) {
    SupervisorSettings.Defaults defaults = settings.defaults();
    Signal signal = spec.stop().signal();
    Long graceMs = spec.stop().graceMs();
    StopOrder stop =
        new StopOrder(
            signal == null ? defaults.stopSignal() : signal,
            graceMs == null ? defaults.grace().toNanos() : Duration.ofMillis(graceMs).toNanos());
    String cookie = boot + "." + id;
    RunTracer.Trace trace = tracer.begin(id, spec);
    ChildSpec childSpec =
        new ChildSpec(
            spec.command().words(),
            cwd,
            environment.with(trace.environment(), spec, cookie),
            cookie,
            spec.stdin(),
            spec.descendants(),
            stop,
            spec.limits(),
            spec.terminal(),
            spec.executable(),
            confinement(spec.confinement(), cwd),
            outputFile(spec, cwd));
    RunClocks clocks = RunClocks.of(spec, defaults);
    OutputJournal journal = outputs.journal(clocks.retainBytes());
    return new Run(
        boot,
        id,
        sequences.incrementAndGet(),
        spec,
        childSpec,
        clocks,
        journal,
        trace,
        adapter,
        hooks);
  }

  /**
   * A command with a name that writes in the workspace stays there too: others may put links there.
   */
  private ChildSpec.@Nullable OutputFile outputFile(RunSpec spec, Path cwd) {
    String file = spec.output().file();
    if (file == null) {
      return null;
    }
    Path workspace = settings.workspace();
    boolean stays =
        spec.confinement().inWorkspace()
            || (spec.command() instanceof RunSpec.Command.Named
                && cwd.resolve(file).normalize().startsWith(workspace));
    return new ChildSpec.OutputFile(file, stays ? workspace : null);
  }

  private ChildSpec.Confinement confinement(RunSpec.Confinement wanted, Path cwd) {
    Boolean noNewPrivs = wanted.noNewPrivs();
    RunSpec.Sandbox sandbox = wanted.sandbox();
    boolean writesToCwd = sandbox != null && sandbox.writable() == RunSpec.Writable.CWD;
    return new ChildSpec.Confinement(
        noNewPrivs == null ? settings.defaults().noNewPrivs() : noNewPrivs,
        wanted.parentDeathSignal(),
        wanted.inWorkspace() || writesToCwd ? settings.workspace() : null,
        sandbox == null
            ? null
            : new ChildSpec.Sandbox(
                sandbox.network(),
                switch (sandbox.writable()) {
                  case CWD -> cwd;
                  case WORKSPACE -> settings.workspace();
                  case NOTHING -> null;
                }));
  }
}
