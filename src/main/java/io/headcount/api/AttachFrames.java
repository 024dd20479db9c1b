package io.headcount.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.headcount.output.GapCause;
import io.headcount.output.OutputRead;
import io.headcount.supervisor.SupervisorException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The text frames of {@code headcount.v1}. */
final class AttachFrames {
  private final JsonMapper mapper;

  AttachFrames(JsonMapper mapper) {
    this.mapper = mapper;
  }

  /** What a client sends; which fields go with a type is checked where they are used. */
  record Order(
      String type,
      @Nullable Long columns,
      @Nullable Long rows,
      @Nullable String signal,
      @Nullable String target,
      @Nullable Long offset) {

    /** What a request that orders the same would be answered. */
    int status() {
      return type.equals("resize") ? 204 : 200;
    }
  }

  /** The run as it is; the first one says where the output begins and what the client may do. */
  private record State(
      String type,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long offset,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String mode,
      RunResponse run) {}

  private record Gap(String type, long from, long to, String cause) {}

  private record Draining(String type) {}

  private record Trouble(String type, String code, String message) {}

  /**
   * Reads an order.
   *
   * @throws SupervisorException.Invalid if it is not as expected
   * @throws IllegalArgumentException if it is no JSON
   */
  Order read(String text) {
    try {
      return RecordReader.read(mapper.readTree(text), Order.class);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("The frame is no JSON", e);
    }
  }

  String first(RunResponse run, long offset, boolean writes) {
    return mapper.writeValueAsString(new State("state", offset, writes ? "rw" : "ro", run));
  }

  String state(RunResponse run) {
    return mapper.writeValueAsString(new State("state", null, null, run));
  }

  String exit(RunResponse run) {
    return mapper.writeValueAsString(new State("exit", null, null, run));
  }

  String gap(OutputRead.Gap gap, GapCause cause) {
    return mapper.writeValueAsString(new Gap("gap", gap.from(), gap.to(), cause.label()));
  }

  String draining() {
    return mapper.writeValueAsString(new Draining("draining"));
  }

  String error(ProblemCode code, String message) {
    return mapper.writeValueAsString(new Trouble("error", code.label(), message));
  }
}
