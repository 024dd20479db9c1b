package io.headcount.api;

import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A signal and whom it goes to. */
@Schema(description = "A signal that does not end the run by itself.")
record SignalRequest(
    @Schema(description = "Its name, with or without SIG.", example = "SIGUSR1") String signal,
    @Schema(
            description = "Whom it goes to.",
            allowableValues = {"tree", "group", "leader"},
            defaultValue = "group",
            example = "group")
        @Nullable String target)
    implements ApiRequest {}
