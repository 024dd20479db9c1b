package io.headcount.supervisor;

import java.util.Map;

/**
 * Follows runs through the systems that they are part of; implemented outside the core. Must not
 * block or throw.
 */
@FunctionalInterface
public interface RunTracer {
  /** A run is made, on the thread of its request; it may yet be refused. */
  Trace begin(String id, RunSpec spec);

  /** One run's part of a trace. */
  interface Trace {
    /** What its command gets of it, unless the request sets the same variables. */
    Map<String, String> environment();

    /** The run has settled; on its owner thread, once. */
    void ended(RunView view);
  }

  /** Follows nobody. */
  RunTracer NONE =
      (_, _) ->
          new Trace() {
            @Override
            public Map<String, String> environment() {
              return Map.of();
            }

            @Override
            public void ended(RunView view) {}
          };
}
