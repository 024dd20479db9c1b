package io.headcount.api;

/**
 * What one caller may take of the service, and all of them together.
 *
 * @param requestsPerSecond requests a second; 0 is no bound
 * @param burst requests at once after a silence
 * @param maxRequests requests in progress
 * @param maxStreams streams that stay open
 * @param maxStreamsOfAll streams of all callers
 */
public record CallerLimits(
    long requestsPerSecond, long burst, int maxRequests, int maxStreams, int maxStreamsOfAll) {}
