package io.headcount.config;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.validation.annotation.Validated;

/**
 * What clients may hold open, and how slow they may be.
 *
 * @param max connections to a port; 0 is 2048, or if that is less an eighth of the descriptor limit
 *     or one for each MB of heap
 * @param maxStreams streams that stay open, of all callers; 0 is half of the connections
 * @param headTimeout how long the head of a request may take, from its first byte
 * @param bodyTimeout how long a JSON body may take
 */
@Validated
@ConfigurationProperties("headcount.connections")
public record ConnectionsProperties(
    @Min(0) int max,
    @Min(0) int maxStreams,
    @NotNull @DurationUnit(ChronoUnit.SECONDS) @DurationMin(millis = 100) Duration headTimeout,
    @NotNull @DurationUnit(ChronoUnit.SECONDS) @DurationMin(millis = 100) Duration bodyTimeout) {}
