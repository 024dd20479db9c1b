package io.headcount.api;

import io.headcount.child.Capacity;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.RunState;
import io.headcount.supervisor.SupervisorSettings;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What this service is, what it allows, and how much of that is in use. */
@RestController
@Tag(name = "service")
class InfoController {
  private final ProcessSupervisor supervisor;
  private final ApiSettings api;

  InfoController(ProcessSupervisor supervisor, ApiSettings api) {
    this.supervisor = supervisor;
    this.api = api;
  }

  @GetMapping("/v1/info")
  @Operation(operationId = "getInfo", summary = "Version, limits, capabilities and capacity in use")
  @Answers
  Info info() {
    SupervisorSettings settings = supervisor.settings();
    SupervisorSettings.Defaults defaults = settings.defaults();
    Capacity capacity = supervisor.adapter().capacity();
    return new Info(
        api.version(),
        settings.bootId(),
        api.startedAt().truncatedTo(ChronoUnit.MILLIS),
        supervisor.adapter().name(),
        new Limits(
            settings.maxLiveRuns(),
            settings.maxQueuedRuns(),
            settings.descriptorBudgetPercent(),
            settings.pidBudgetPercent(),
            api.maxWait().toMillis(),
            api.maxBodyBytes()),
        new Defaults(
            defaults.overallTimeout().toMillis(),
            defaults.noOutputTimeout().toMillis(),
            defaults.queueTimeout().toMillis(),
            defaults.stopSignal().name(),
            defaults.grace().toMillis(),
            defaults.retainBytes(),
            defaults.noNewPrivs()),
        supervisor.adapter().capabilities(),
        new InUse(
            supervisor.count(RunState.STARTING)
                + supervisor.count(RunState.RUNNING)
                + supervisor.count(RunState.EXITING),
            supervisor.count(RunState.QUEUED),
            new Descriptors(
                capacity.openDescriptors(),
                bounded(capacity.maxDescriptors()),
                bounded(capacity.maxDescriptors()) == null
                    ? null
                    : supervisor.descriptorBudget(capacity)),
            new Pids(capacity.pids(), bounded(capacity.maxPids()))));
  }

  private static @Nullable Long bounded(long maximum) {
    return maximum == Long.MAX_VALUE ? null : maximum;
  }

  /** The answer. */
  @Schema(name = "Info")
  record Info(
      @Schema(example = "0.1.0") String version,
      @Schema(description = "Names one life of the service.", example = "9f86d08188") String bootId,
      Instant startedAt,
      @Schema(description = "What runs the commands.", example = "linux") String adapter,
      Limits limits,
      Defaults defaults,
      @Schema(description = "What the platform has.") Map<String, String> capabilities,
      InUse capacity) {}

  /** What is allowed. */
  @Schema(name = "InfoLimits")
  record Limits(
      @Schema(example = "256") int maxLiveRuns,
      @Schema(example = "100") int maxQueuedRuns,
      @Schema(example = "80") int descriptorBudgetPercent,
      @Schema(example = "90") int pidBudgetPercent,
      @Schema(description = "Longest Prefer: wait.", example = "600000") long maxWaitMs,
      @Schema(description = "Largest JSON body.", example = "8388608") long maxBodyBytes) {}

  /** What a request leaves open. */
  @Schema(name = "InfoDefaults")
  record Defaults(
      @Schema(example = "0") long timeoutMs,
      @Schema(example = "0") long noOutputTimeoutMs,
      @Schema(example = "60000") long queueTimeoutMs,
      @Schema(example = "SIGTERM") String stopSignal,
      @Schema(example = "5000") long graceMs,
      @Schema(example = "1048576") long retainBytes,
      @Schema(description = "Whether no program gains privileges.") boolean noNewPrivs) {}

  /** What is in use now. */
  @Schema(name = "InfoCapacity")
  record InUse(int liveRuns, int queuedRuns, Descriptors descriptors, Pids pids) {}

  /** File descriptors of the service. */
  @Schema(name = "InfoDescriptors")
  record Descriptors(
      @Schema(example = "120") long open,
      @Schema(description = "null: no limit.", example = "1048576") @Nullable Long max,
      @Schema(description = "Past it nothing is started.", example = "838860")
          @Nullable Long budget) {}

  /** Processes and threads in the service's cgroup. */
  @Schema(name = "InfoPids")
  record Pids(
      @Schema(example = "40") long used,
      @Schema(description = "null: no limit.", example = "null") @Nullable Long max) {}
}
