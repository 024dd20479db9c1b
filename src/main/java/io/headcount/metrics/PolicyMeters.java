package io.headcount.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.LongSupplier;

/** What the policy refused. */
public final class PolicyMeters implements MeterBinder {
  private final LongSupplier refused;

  public PolicyMeters(LongSupplier refused) {
    this.refused = refused;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    FunctionCounter.builder("headcount.commands.forbidden", refused, LongSupplier::getAsLong)
        .description("Starts that the policy refused")
        .register(registry);
  }
}
