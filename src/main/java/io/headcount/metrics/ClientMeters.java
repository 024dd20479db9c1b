package io.headcount.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Map;
import java.util.function.LongSupplier;

/** What clients hold open, and what was refused to them or taken from them for their number. */
public final class ClientMeters implements MeterBinder {
  private final LongSupplier connections;
  private final long mostConnections;
  private final Map<String, LongSupplier> cut;
  private final Map<String, LongSupplier> refused;

  /**
   * Meters of these counts.
   *
   * @param connections how many there are now
   * @param mostConnections how many there may be to a port
   * @param cut how many were ended, by cause
   * @param refused how many requests were, by the limit that they met
   */
  public ClientMeters(
      LongSupplier connections,
      long mostConnections,
      Map<String, LongSupplier> cut,
      Map<String, LongSupplier> refused) {
    this.connections = connections;
    this.mostConnections = mostConnections;
    this.cut = Map.copyOf(cut);
    this.refused = Map.copyOf(refused);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("headcount.connections", connections::getAsLong)
        .description("Connections of clients to both ports")
        .register(registry);
    Gauge.builder("headcount.connections.limit", () -> mostConnections)
        .description("Connections that one port may have")
        .register(registry);
    cut.forEach((cause, count) ->
        FunctionCounter.builder("headcount.connections.cut", count, LongSupplier::getAsLong)
            .description("Connections that the service ended because their clients kept it waiting")
            .tag("cause", cause)
            .register(registry));
    refused.forEach((limit, count) ->
        FunctionCounter.builder("headcount.requests.limited", count, LongSupplier::getAsLong)
            .description("Requests that were refused because their caller had too many")
            .tag("limit", limit)
            .register(registry));
  }
}
