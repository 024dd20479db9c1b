package io.headcount.connections;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/** The bounds of connections, and what came of them on all ports. Thread-safe. */
public final class Connections {
  private final int most;
  private final Duration headTimeout;
  private final List<GuardedEndpoint> endpoints = new CopyOnWriteArrayList<>();
  private final Map<CutCause, LongAdder> cut = new EnumMap<>(CutCause.class);

  /**
   * Takes the bounds.
   *
   * @param most connections to one port
   * @param headTimeout how long the head of a request may take, from its first byte
   */
  public Connections(int most, Duration headTimeout) {
    this.most = most;
    this.headTimeout = headTimeout;
    for (CutCause cause : CutCause.values()) {
      cut.put(cause, new LongAdder());
    }
  }

  /** How many there may be to one port. */
  public int most() {
    return most;
  }

  Duration headTimeout() {
    return headTimeout;
  }

  /** How many there are now, to all ports. */
  public long open() {
    return endpoints.stream()
        .mapToLong(endpoint -> Math.max(0, endpoint.getConnectionCount()))
        .sum();
  }

  /** How many were ended for a cause. */
  public long ended(CutCause cause) {
    return counter(cause).sum();
  }

  void add(GuardedEndpoint endpoint) {
    endpoints.add(endpoint);
  }

  void count(CutCause cause) {
    counter(cause).increment();
  }

  private LongAdder counter(CutCause cause) {
    return Objects.requireNonNull(cut.get(cause));
  }
}
