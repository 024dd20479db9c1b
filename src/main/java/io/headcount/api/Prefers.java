package io.headcount.api;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks an operation that honours {@code Prefer: wait}, for the OpenAPI document. */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Parameter(
    name = "Prefer",
    in = ParameterIn.HEADER,
    description = "wait=N: wait up to N seconds for the exit (RFC 7240).",
    schema = @Schema(type = "string", pattern = "wait=\\d+", example = "wait=30"))
@interface Prefers {}
