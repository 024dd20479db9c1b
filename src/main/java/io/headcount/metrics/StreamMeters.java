package io.headcount.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import java.util.function.LongSupplier;

/** How many clients follow something, by what they follow. */
public final class StreamMeters implements MeterBinder {
  private final Map<String, LongSupplier> clients;

  /**
   * Meters of these streams.
   *
   * @param clients how many there are now, by kind
   */
  public StreamMeters(Map<String, LongSupplier> clients) {
    this.clients = Map.copyOf(clients);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    clients.forEach((kind, count) ->
        Gauge.builder("headcount.stream.clients", count::getAsLong)
            .description("Clients that follow something, by what they follow")
            .tag("kind", kind)
            .register(registry));
  }
}
