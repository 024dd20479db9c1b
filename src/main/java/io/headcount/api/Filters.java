package io.headcount.api;

import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks an operation on the runs of a scope or with labels, for the OpenAPI document. */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Parameter(
    name = "scopeKey",
    in = ParameterIn.QUERY,
    description = "Of this scope.",
    schema = @Schema(type = "string"))
@Parameter(
    name = "label",
    in = ParameterIn.QUERY,
    description = "key:value; repeated: all of them.",
    array = @ArraySchema(schema = @Schema(type = "string", example = "team:a")))
@interface Filters {}
