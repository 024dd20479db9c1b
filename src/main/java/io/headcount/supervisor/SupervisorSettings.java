package io.headcount.supervisor;

import io.headcount.child.Signal;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The supervisor's knobs.
 *
 * @param bootId names this life of the service
 * @param workspace where relative working directories start
 * @param maxLiveRuns runs that may be starting, running or exiting
 * @param maxLiveRunsOfOne how many of them may be one caller's
 * @param maxQueuedRuns runs that may wait behind them
 * @param descriptorBudgetPercent of the descriptor limit, past which nothing is started
 * @param pidBudgetPercent of {@code pids.max}, past which nothing is started
 * @param defaults what a request leaves open
 * @param retention how long exited runs are kept
 */
public record SupervisorSettings(
    String bootId,
    Path workspace,
    int maxLiveRuns,
    int maxLiveRunsOfOne,
    int maxQueuedRuns,
    int descriptorBudgetPercent,
    int pidBudgetPercent,
    Defaults defaults,
    Retention retention) {

  /**
   * What a request leaves open; a timeout of zero is off.
   *
   * @param retainBytes output held in memory a run
   * @param noNewPrivs whether no program that a run executes gains privileges
   */
  public record Defaults(
      Duration overallTimeout,
      Duration noOutputTimeout,
      Duration queueTimeout,
      Signal stopSignal,
      Duration grace,
      long retainBytes,
      boolean noNewPrivs) {}

  /**
   * When exited runs go, the oldest first.
   *
   * @param maxRuns most records
   * @param maxAge longest time after the exit
   * @param maxOutputBytes most output of exited runs in all, in memory and on disk
   */
  public record Retention(int maxRuns, Duration maxAge, long maxOutputBytes) {}
}
