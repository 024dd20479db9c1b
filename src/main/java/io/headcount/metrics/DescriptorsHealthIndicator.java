package io.headcount.metrics;

import io.headcount.child.Capacity;
import io.headcount.supervisor.ProcessSupervisor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Out of service while a start would be refused for want of descriptors, so that a load balancer
 * sends starts elsewhere. Part of readiness, not of liveness: a restart would end every run.
 */
@Component
public final class DescriptorsHealthIndicator implements HealthIndicator {
  private final ProcessSupervisor supervisor;

  /** Looks at what this supervisor's adapter has open. */
  public DescriptorsHealthIndicator(ProcessSupervisor supervisor) {
    this.supervisor = supervisor;
  }

  @Override
  public Health health() {
    Capacity capacity = supervisor.adapter().capacity();
    long budget = supervisor.descriptorBudget(capacity);
    boolean room = capacity.openDescriptors() + capacity.descriptorsPerChild() <= budget;
    return (room ? Health.up() : Health.outOfService())
        .withDetail("open", capacity.openDescriptors())
        .withDetail("budget", budget)
        .withDetail("max", capacity.maxDescriptors())
        .build();
  }
}
