package io.headcount.config;

import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.validation.annotation.Validated;

/**
 * How clients may attach to runs over a WebSocket.
 *
 * @param slow how long a client may take to acknowledge or read anything before it is closed
 * @param allowedOrigins origins of other sites whose pages may attach
 */
@Validated
@ConfigurationProperties("headcount.attach")
public record AttachProperties(
    @NotNull @DurationUnit(ChronoUnit.SECONDS) @DurationMin(millis = 10) Duration slow,
    @NotNull Set<String> allowedOrigins) {}
