package io.headcount.api;

import java.time.Duration;

/**
 * How clients may attach to runs.
 *
 * @param heartbeat how often a connection is pinged
 * @param slow how long a client may take to acknowledge anything while output waits for it
 */
public record AttachSettings(Duration heartbeat, Duration slow) {}
