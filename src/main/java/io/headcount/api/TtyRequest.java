package io.headcount.api;

import io.swagger.v3.oas.annotations.media.Schema;

/** The size that a terminal is to have. */
@Schema(description = "The size of a terminal, in characters.")
record TtyRequest(
    @Schema(minimum = "1", maximum = "1000", example = "120") Long columns,
    @Schema(minimum = "1", maximum = "1000", example = "30") Long rows)
    implements ApiRequest {}
