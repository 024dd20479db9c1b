package io.headcount.config;

import io.headcount.child.EscapeePolicy;
import io.headcount.child.Signal;
import io.headcount.supervisor.SweepMode;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Every knob of the service itself. The defaults stand in {@code application.yaml}, each beside its
 * environment variable. Spans without a unit are seconds, sizes without one are bytes.
 *
 * @param workspace where relative working directories start; blank is the service's own
 * @param dataDir where output is kept that is not held in memory, and the record of each boot;
 *     blank is a directory of the system's for temporary files
 * @param guardian whether a process ends what the service started when the service is killed
 * @param cgroup whether each run gets a cgroup of its own
 * @param sweep what becomes of processes that an earlier boot has left
 * @param child how commands are run
 * @param escapees what is done with processes that got away from their run
 * @param limits when a start is made to wait or refused
 * @param defaults what a request leaves open
 * @param output bounds of the output of all runs together
 * @param retention when exited runs are forgotten
 * @param shutdown how long the stop of the service may take
 * @param http bounds of requests
 */
@Validated
@ConfigurationProperties("headcount")
public record HeadcountProperties(
    @NotNull String workspace,
    @NotNull String dataDir,
    @NotNull GuardianChoice guardian,
    @NotNull CgroupChoice cgroup,
    @NotNull SweepMode sweep,
    @NotNull @Valid Child child,
    @NotNull EscapeePolicy escapees,
    @NotNull @Valid Limits limits,
    @NotNull @Valid Defaults defaults,
    @NotNull @Valid Output output,
    @NotNull @Valid Retention retention,
    @NotNull @Valid Shutdown shutdown,
    @NotNull @Valid Http http) {

  /**
   * How commands are run.
   *
   * @param adapter what runs them
   * @param eventLoops threads that read output and see exits; 0 is half the processors, at least 1
   * @param spawners threads that start commands
   */
  public record Child(
      @NotNull AdapterChoice adapter,
      @Min(0) @Max(256) int eventLoops,
      @Min(1) @Max(64) int spawners) {}

  /**
   * When a start is made to wait or refused.
   *
   * @param maxLiveRuns runs that may be starting, running or exiting
   * @param maxQueuedRuns runs that may wait behind them
   * @param descriptorBudgetPercent of the descriptor limit, past which nothing is started
   * @param pidBudgetPercent of the cgroup's {@code pids.max}, past which nothing is started
   */
  public record Limits(
      @Min(1) int maxLiveRuns,
      @Min(0) int maxQueuedRuns,
      @Min(1) @Max(100) int descriptorBudgetPercent,
      @Min(1) @Max(100) int pidBudgetPercent) {}

  /**
   * What a request leaves open. Timeouts of 0 are off.
   *
   * @param timeout how long a run may take, from before its start
   * @param noOutputTimeout how long it may be silent
   * @param queueTimeout how long it may wait for a place
   * @param stopSignal the first signal of a stop
   * @param grace how long a tree may take to obey before SIGKILL, 0 to 60 s
   * @param retainOutput output that is held in memory a run
   * @param noNewPrivs whether no program that a run executes gains privileges
   * @param spillOutput older output that is held on disk a run; 0 is none
   */
  public record Defaults(
      @NotNull @DurationUnit(ChronoUnit.SECONDS) @DurationMin Duration timeout,
      @NotNull @DurationUnit(ChronoUnit.SECONDS) @DurationMin Duration noOutputTimeout,
      @NotNull @DurationUnit(ChronoUnit.SECONDS) @DurationMin Duration queueTimeout,
      @NotNull Signal stopSignal,
      @NotNull @DurationUnit(ChronoUnit.SECONDS) @DurationMin @DurationMax(seconds = 60)
          Duration grace,
      @NotNull @SizeAtLeast(1) DataSize retainOutput,
      boolean noNewPrivs,
      @NotNull @SizeAtLeast(0) DataSize spillOutput) {}

  /**
   * Bounds of the output of all runs together.
   *
   * @param memory that it may take
   * @param disk that it may take; 0 is none
   */
  public record Output(
      @NotNull @SizeAtLeast(1) DataSize memory, @NotNull @SizeAtLeast(0) DataSize disk) {}

  /**
   * When exited runs are forgotten, the oldest first.
   *
   * @param maxRuns most records
   * @param maxAge longest time after the exit
   * @param maxOutput most output of exited runs in all, in memory and on disk
   */
  public record Retention(
      @Min(0) int maxRuns,
      @NotNull @DurationUnit(ChronoUnit.SECONDS) @DurationMin Duration maxAge,
      @NotNull @SizeAtLeast(0) DataSize maxOutput) {}

  /**
   * How long the stop of the service may take: drain, then the grace, then the 5 s in which the
   * kill path confirms that nothing is left, then the margin.
   *
   * @param drain how long running commands may go on
   * @param grace most that a run's own grace counts for during the stop, 0 to 60 s
   * @param margin what is added before giving up
   */
  public record Shutdown(
      @NotNull @DurationUnit(ChronoUnit.SECONDS) @DurationMin Duration drain,
      @NotNull @DurationUnit(ChronoUnit.SECONDS) @DurationMin @DurationMax(seconds = 60)
          Duration grace,
      @NotNull @DurationUnit(ChronoUnit.SECONDS) @DurationMin Duration margin) {}

  /**
   * Bounds of requests.
   *
   * @param maxWait longest wait that {@code Prefer: wait} gets
   * @param maxBody largest JSON body; standard input has no bound
   * @param heartbeat how often event streams get a comment
   */
  public record Http(
      @NotNull @DurationUnit(ChronoUnit.SECONDS) @DurationMin Duration maxWait,
      @NotNull @SizeAtLeast(1) DataSize maxBody,
      @NotNull @DurationUnit(ChronoUnit.SECONDS) @DurationMin(millis = 10) Duration heartbeat) {}
}
