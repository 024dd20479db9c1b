package io.headcount.config;

import com.sun.management.UnixOperatingSystemMXBean;
import io.headcount.api.CallerLimits;
import io.headcount.api.LimitRefusals;
import io.headcount.connections.Connections;
import io.headcount.connections.CutCause;
import io.headcount.metrics.ClientMeters;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * How much clients may hold open, worked out from each other where nothing is set: streams take
 * half of the connections at most, and one caller half of either.
 */
@Configuration(proxyBeanMethods = false)
class LimitsConfiguration {
  private static final int MOST_CONNECTIONS = 2048;

  /** Of the descriptors, so that runs have room however many clients connect to both ports. */
  private static final int SHARE_OF_DESCRIPTORS = 8;

  /** What one may cost is an eighth of this: its buffers, most of all those for large answers. */
  private static final long HEAP_FOR_EACH = 1 << 20;

  @Bean
  static Connections connections(ConnectionsProperties properties) {
    return new Connections(mostConnections(properties.max()), properties.headTimeout());
  }

  private static int mostConnections(int configured) {
    if (configured > 0) {
      return configured;
    }
    long descriptors =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : Long.MAX_VALUE;
    long heap = Runtime.getRuntime().maxMemory();
    return Math.clamp(
        Math.min(descriptors / SHARE_OF_DESCRIPTORS, heap / HEAP_FOR_EACH), 1, MOST_CONNECTIONS);
  }

  @Bean
  CallerLimits callerLimits(
      CallersProperties callers, ConnectionsProperties properties, Connections connections) {
    int half = Math.max(1, connections.most() / 2);
    int streams = properties.maxStreams() == 0 ? half : properties.maxStreams();
    return new CallerLimits(
        callers.requestsPerSecond(),
        callers.burst() == 0 ? 2L * callers.requestsPerSecond() : callers.burst(),
        callers.maxRequests() == 0 ? half : callers.maxRequests(),
        callers.maxStreams() == 0 ? Math.max(1, streams / 2) : callers.maxStreams(),
        streams);
  }

  @Bean
  ClientMeters clientMeters(Connections connections, LimitRefusals refusals) {
    Map<String, LongSupplier> refused = new LinkedHashMap<>();
    for (LimitRefusals.Limit limit : LimitRefusals.Limit.values()) {
      refused.put(limit.label(), () -> refusals.total(limit));
    }
    Map<String, LongSupplier> cut = new LinkedHashMap<>();
    for (CutCause cause : CutCause.values()) {
      cut.put(cause.label(), () -> connections.ended(cause));
    }
    return new ClientMeters(connections::open, connections.most(), cut, refused);
  }
}
