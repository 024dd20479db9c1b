package io.headcount.metrics;

import io.headcount.output.DropCause;
import io.headcount.output.OutputStore;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.stereotype.Component;

/** What is held of the output of all runs, and what was not held any longer. */
@Component
public final class OutputMeters implements MeterBinder {
  private final OutputStore outputs;

  /** Meters of this store. */
  public OutputMeters(OutputStore outputs) {
    this.outputs = outputs;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    for (DropCause cause : DropCause.values()) {
      FunctionCounter.builder(
              "headcount.output.dropped", outputs, store -> store.droppedBytes(cause))
          .description("Output that is no longer held, of runs that are not forgotten")
          .baseUnit(BaseUnits.BYTES)
          .tag("cause", cause.label())
          .register(registry);
    }
    Gauge.builder("headcount.output.held", outputs, OutputStore::memoryBytes)
        .description("Output that is held")
        .baseUnit(BaseUnits.BYTES)
        .tag("place", "memory")
        .register(registry);
    Gauge.builder("headcount.output.held", outputs, OutputStore::diskBytes)
        .description("Output that is held")
        .baseUnit(BaseUnits.BYTES)
        .tag("place", "disk")
        .register(registry);
    Gauge.builder("headcount.output.disk.failing", outputs, store -> store.isDiskFailing() ? 1 : 0)
        .description("1 while the disk does not take output, or did not a moment ago")
        .register(registry);
  }
}
