package io.headcount.api;

import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The optional body of a cancel; what is null is the run's own. */
@Schema(description = "How to end the run; what is absent is the run's own.")
record CancelRequest(
    @Schema(description = "The first signal.", example = "SIGINT") @Nullable String signal,
    @Schema(
            description = "How long the tree may take before SIGKILL.",
            minimum = "0",
            maximum = "60000",
            example = "1000")
        @Nullable Long graceMs)
    implements ApiRequest {

  /** A cancel without a body. */
  static final CancelRequest DEFAULTS = new CancelRequest(null, null);
}
