package io.headcount.api;

import java.time.Duration;
import java.util.Set;

/**
 * How clients may attach to runs.
 *
 * @param heartbeat how often a connection is pinged
 * @param slow how long a client may take to acknowledge anything while output waits for it
 * @param allowedOrigins origins of other sites ({@code https://console.example.com}) that may
 */
public record AttachSettings(Duration heartbeat, Duration slow, Set<String> allowedOrigins) {
  public AttachSettings {
    allowedOrigins = Set.copyOf(allowedOrigins);
  }
}
