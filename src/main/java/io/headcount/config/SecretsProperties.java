package io.headcount.config;

import jakarta.validation.constraints.NotNull;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Values that commands get and nobody sees.
 *
 * @param dir the folder with a file a secret; blank is none
 */
@Validated
@ConfigurationProperties("headcount.secrets")
public record SecretsProperties(@NotNull String dir) {}
