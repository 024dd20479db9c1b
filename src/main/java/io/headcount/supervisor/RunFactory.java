package io.headcount.supervisor;

import io.headcount.child.ChildAdapter;
import io.headcount.child.ChildSpec;
import io.headcount.child.Signal;
import io.headcount.child.StopOrder;
import io.headcount.output.OutputJournal;
import io.headcount.output.OutputStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

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

  Run make(String id, RunSpec spec, Path cwd) {
    SupervisorSettings.Defaults defaults = settings.defaults();
    Signal signal = spec.stop().signal();
    Long graceMs = spec.stop().graceMs();
    StopOrder stop =
        new StopOrder(
            signal == null ? defaults.stopSignal() : signal,
            graceMs == null ? defaults.grace().toNanos() : Duration.ofMillis(graceMs).toNanos());
    String cookie = settings.bootId() + "." + id;
    RunTracer.Trace trace = tracer.begin(id, spec);
    ChildSpec childSpec =
        new ChildSpec(
            switch (spec.command()) {
              case RunSpec.Command.Argv(List<String> argv) -> argv;
              case RunSpec.Command.Shell(String line) -> List.of("/bin/sh", "-c", line);
            },
            cwd,
            environment.with(trace.environment(), spec.env(), cookie),
            cookie,
            switch (spec.stdin()) {
              case RunSpec.Stdin.Closed() -> new ChildSpec.Stdin.Closed();
              case RunSpec.Stdin.Pipe() -> new ChildSpec.Stdin.Pipe();
              case RunSpec.Stdin.Inline(byte[] bytes) -> new ChildSpec.Stdin.Inline(bytes);
            },
            spec.descendants(),
            stop,
            spec.limits(),
            spec.terminal());
    RunClocks clocks = RunClocks.of(spec, defaults);
    OutputJournal journal = outputs.journal(clocks.retainBytes());
    return new Run(
        id, sequences.incrementAndGet(), spec, childSpec, clocks, journal, trace, adapter, hooks);
  }
}
