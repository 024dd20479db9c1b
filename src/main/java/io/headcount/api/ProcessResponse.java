package io.headcount.api;

import io.headcount.child.ProcessInfo;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One live process; what the platform does not tell is null. */
@Schema(name = "Process", description = "A live process of a run.")
record ProcessResponse(
    @Schema(example = "4242") long pid,
    @Schema(example = "1") @Nullable Long ppid,
    @Nullable Instant startTime,
    @Schema(description = "The letter of proc(5).", example = "S") @Nullable String state,
    @Schema(example = "1048576") @Nullable Long rssBytes,
    @Schema(description = "Processor time used.", example = "120") @Nullable Long cpuMs,
    @Schema(description = "Open descriptors.", example = "3") @Nullable Integer fds,
    @Schema(example = "make test") String command,
    @Schema(description = "Whether it left the run's session.") boolean escaped) {

  static ProcessResponse of(ProcessInfo info) {
    return new ProcessResponse(
        info.pid(),
        info.ppid(),
        info.startTime(),
        info.state(),
        info.rssBytes(),
        info.cpuMs(),
        info.fds(),
        info.command(),
        info.escaped());
  }
}
