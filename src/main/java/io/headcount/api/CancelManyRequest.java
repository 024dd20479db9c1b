package io.headcount.api;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which runs to cancel: exactly one of the fields. */
@Schema(
    description = "Which runs to end. Exactly one of the fields.",
    example = "{\"scopeKey\": \"session-42\"}")
record CancelManyRequest(
    @Schema(description = "The live runs of this scope.", example = "session-42")
        @Nullable String scopeKey,
    @Schema(description = "The live runs that carry all these labels.", example = "null")
        @Nullable Map<String, String> labels,
    @Schema(description = "true: every live run.", example = "null") @Nullable Boolean all)
    implements ApiRequest {}
