package io.headcount.supervisor;

/**
 * The numbers in force for one run: the request's, or the service's defaults. Milliseconds, 0 is
 * off.
 */
record RunClocks(
    long overallMs, long noOutputMs, long queueMs, long retainBytes, long maxOutputBytes) {

  static RunClocks of(RunSpec spec, SupervisorSettings.Defaults defaults) {
    RunSpec.Timeouts asked = spec.timeouts();
    Long overall = asked.overallMs();
    Long noOutput = asked.noOutputMs();
    Long queue = asked.queueMs();
    Long retain = spec.output().retainBytes();
    Long max = spec.output().maxBytes();
    boolean unheard = spec.output().file() != null;
    long silence = unheard ? 0 : defaults.noOutputTimeout().toMillis();
    return new RunClocks(
        overall == null ? defaults.overallTimeout().toMillis() : overall,
        noOutput == null ? silence : noOutput,
        queue == null ? defaults.queueTimeout().toMillis() : queue,
        retain == null ? defaults.retainBytes() : retain,
        max == null ? Long.MAX_VALUE : max);
  }
}
