package io.headcount.metrics;

import io.headcount.child.ChildExit;
import io.headcount.supervisor.RunSpec;
import io.headcount.supervisor.RunTracer;
import io.headcount.supervisor.RunView;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A span a run, from its request to its end, below the span of the request. Its command gets the
 * context in {@code TRACEPARENT} and {@code TRACESTATE}, as OpenTelemetry names them, if somebody
 * can make use of it: the request belongs to a trace, or spans are exported.
 */
public final class RunSpans implements RunTracer {
  private final Tracer tracer;
  private final Propagator propagator;
  private final boolean exported;

  public RunSpans(Tracer tracer, Propagator propagator, boolean exported) {
    this.tracer = tracer;
    this.propagator = propagator;
    this.exported = exported;
  }

  @Override
  public Trace begin(String id, RunSpec spec) {
    Span request = tracer.currentSpan();
    Span span =
        tracer
            .nextSpan()
            .name("run")
            .tag("headcount.run.id", id)
            .tag("process.executable.name", executable(spec.command()))
            .start();
    Map<String, String> environment = new LinkedHashMap<>();
    if (exported || (request != null && belongsToATrace(request.context()))) {
      propagator.inject(
          span.context(),
          environment,
          (variables, name, value) -> {
            if (variables != null) {
              variables.put(name.toUpperCase(Locale.ROOT).replace('-', '_'), value);
            }
          });
    }
    return new RunSpan(span, environment);
  }

  /** A request without a trace begins one, which is sampled unless somebody chose otherwise. */
  private static boolean belongsToATrace(TraceContext request) {
    return request.parentId() != null || !Boolean.TRUE.equals(request.sampled());
  }

  /** Arguments may hold secrets, the name of the program does not. A lost run has none any more. */
  private static String executable(RunSpec.Command command) {
    List<String> words = command.words();
    return words.isEmpty() ? "" : words.getFirst().substring(words.getFirst().lastIndexOf('/') + 1);
  }

  private record RunSpan(Span span, Map<String, String> environment) implements Trace {
    @Override
    public void ended(RunView view) {
      if (view.reason() != null) {
        span.tag("headcount.run.reason", view.reason().label());
      }
      if (view.pid() != null) {
        span.tag("process.pid", view.pid());
      }
      ChildExit exit = view.exit();
      if (exit != null && exit.code() != null) {
        span.tag("process.exit.code", exit.code());
      }
      span.end();
    }
  }
}
