package io.headcount.api;

import java.time.Duration;
import java.time.Instant;

/**
 * What the HTTP interface needs to know that the supervisor does not.
 *
 * @param version of the service
 * @param startedAt when this life of it began
 * @param maxWait longest wait that {@code Prefer: wait} gets
 * @param maxBodyBytes largest JSON body
 * @param bodyTimeout how long a JSON body may take
 * @param heartbeat how often event streams get a comment
 */
public record ApiSettings(
    String version,
    Instant startedAt,
    Duration maxWait,
    long maxBodyBytes,
    Duration bodyTimeout,
    Duration heartbeat) {}
