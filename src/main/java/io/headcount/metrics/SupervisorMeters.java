package io.headcount.metrics;

import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.RunState;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.stereotype.Component;

/** What there is now: runs by state, processes below the service, descriptors by kind. */
@Component
public final class SupervisorMeters implements MeterBinder {
  /** Kinds that are told even where the adapter never opens one. */
  private static final Set<String> KINDS =
      Set.of("pipe", "pty", "pidfd", "epoll", "file", "guardian");

  private final ProcessSupervisor supervisor;
  private final CensusCache census;

  /** Meters of this supervisor. */
  public SupervisorMeters(ProcessSupervisor supervisor, CensusCache census) {
    this.supervisor = supervisor;
    this.census = census;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    for (RunState state : RunState.values()) {
      Gauge.builder("headcount.runs", () -> supervisor.count(state))
          .description("Runs by state; of exited ones, those whose record is kept")
          .tag("state", state.label())
          .register(registry);
    }
    Gauge.builder("headcount.queue.depth", () -> supervisor.count(RunState.QUEUED))
        .description("Runs that wait for a place")
        .register(registry);
    Gauge.builder("headcount.children.live", () -> census.get().live())
        .description("Processes alive below the service, as the kernel tells")
        .register(registry);
    Gauge.builder("headcount.zombies", () -> census.get().zombies())
        .description("Dead processes below the service that nobody has waited for")
        .register(registry);
    Gauge.builder("headcount.descendants.escaped", this::escaped)
        .description("Live processes that left the session of their run, of the first 100")
        .register(registry);
    Gauge.builder("headcount.descendants.unattributed", () -> census.get().unattributed())
        .description("Live processes below the service that belong to no run that is known")
        .register(registry);
    FunctionCounter.builder("headcount.escapees.ended", census, last -> last.get().escapeesEnded())
        .description("Processes that got away from their run and were ended")
        .register(registry);
    Gauge.builder("headcount.guardian", () -> supervisor.adapter().guardian().isPresent() ? 1 : 0)
        .description("Whether a guardian watches that nothing outlives the service")
        .register(registry);
    Gauge.builder("headcount.cgroups", () -> supervisor.adapter().cgroups().orElse(0))
        .description("Cgroups that exist for runs")
        .register(registry);
    Set<String> kinds = new TreeSet<>(KINDS);
    kinds.addAll(supervisor.adapter().openDescriptors().keySet());
    for (String kind : kinds) {
      Gauge.builder("headcount.fds.open", () -> open(kind))
          .description("Descriptors that are open for runs, as the service counts them")
          .tag("kind", kind)
          .register(registry);
    }
  }

  private long escaped() {
    return census.get().escaped();
  }

  private long open(String kind) {
    return supervisor.adapter().openDescriptors().getOrDefault(kind, 0L);
  }
}
