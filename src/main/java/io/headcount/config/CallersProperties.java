package io.headcount.config;

import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * What one caller may take of the service. Without credentials everybody is one caller.
 *
 * @param maxLiveRuns how many of the live runs may be its; its others wait. 0 is no bound
 * @param requestsPerSecond requests a second; 0 is no bound
 * @param burst requests at once after a silence; 0 is as many as in two seconds
 * @param maxRequests requests in progress, streams included; 0 is half of the connections
 * @param maxStreams streams that stay open; 0 is half of all that may be
 */
@Validated
@ConfigurationProperties("headcount.callers")
public record CallersProperties(
    @Min(0) int maxLiveRuns,
    @Min(0) int requestsPerSecond,
    @Min(0) int burst,
    @Min(0) int maxRequests,
    @Min(0) int maxStreams) {}
