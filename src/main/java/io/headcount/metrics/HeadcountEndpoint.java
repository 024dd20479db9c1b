package io.headcount.metrics;

import io.headcount.child.Census;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.RunState;
import io.headcount.supervisor.SweepReport;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.stereotype.Component;

/** {@code /actuator/headcount}: who is out there, and what is open for them. */
@Component
@Endpoint(id = "headcount")
public final class HeadcountEndpoint {
  private final ProcessSupervisor supervisor;
  private final CensusCache census;
  private final SweepReport sweep;

  /** An endpoint for this supervisor. */
  public HeadcountEndpoint(ProcessSupervisor supervisor, CensusCache census, SweepReport sweep) {
    this.supervisor = supervisor;
    this.census = census;
    this.sweep = sweep;
  }

  /** The count of this moment. */
  @ReadOperation
  public Headcount headcount() {
    Map<String, Integer> runs = new LinkedHashMap<>();
    for (RunState state : RunState.values()) {
      runs.put(state.label(), supervisor.count(state));
    }
    Census now = census.get();
    OptionalLong guardian = supervisor.adapter().guardian();
    OptionalInt cgroups = supervisor.adapter().cgroups();
    return new Headcount(
        supervisor.settings().bootId(),
        supervisor.isClosing(),
        runs,
        now.live(),
        guardian.isPresent() ? guardian.getAsLong() : null,
        cgroups.isPresent() ? cgroups.getAsInt() : null,
        sweep,
        new TreeMap<>(supervisor.adapter().openDescriptors()),
        now);
  }

  /**
   * The count.
   *
   * @param bootId names this life of the service
   * @param stopping whether nothing is started any more
   * @param runs by state
   * @param liveChildren processes alive below the service
   * @param guardian process that ends all should the service be killed; null without one
   * @param cgroups how many runs have one of their own now; null where none gets one
   * @param sweep what the start found of earlier boots
   * @param descriptors open for runs, by kind
   * @param census the last one, with the processes by name
   */
  public record Headcount(
      String bootId,
      boolean stopping,
      Map<String, Integer> runs,
      int liveChildren,
      @Nullable Long guardian,
      @Nullable Integer cgroups,
      SweepReport sweep,
      Map<String, Long> descriptors,
      Census census) {}
}
