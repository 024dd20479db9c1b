package io.headcount.api;

import io.headcount.output.OutputTotals;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/** What becomes of a run and what it writes, as server-sent events that can be resumed. */
@RestController
@Tag(name = "streams")
class RunEventsController {
  private final ProcessSupervisor supervisor;
  private final OpenStreams streams;
  private final ApiSettings settings;
  private final JsonMapper json;

  RunEventsController(
      ProcessSupervisor supervisor, OpenStreams streams, ApiSettings settings, JsonMapper json) {
    this.supervisor = supervisor;
    this.streams = streams;
    this.settings = settings;
    this.json = json;
  }

  @GetMapping(path = "/v1/runs/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  @Operation(
      operationId = "followRun",
      summary = "Follow a run",
      description =
          "Server-sent events: `state` (first, and when it changes), `output`, `gap`, `draining`,"
              + " `exit`, and `end`, after which the server closes. 204 when `Last-Event-ID` is the"
              + " id of the end. A stream without `end` is not a completion.",
      responses =
          @ApiResponse(
              responseCode = "200",
              content =
                  @Content(
                      mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                      schema = @Schema(type = "string"))))
  @Parameter(
      name = "Last-Event-ID",
      in = ParameterIn.HEADER,
      description = "The id of the last event you have; counts more than offset.",
      schema = @Schema(type = "string", example = "9f86d08188.1024"))
  @Answers(
      success = {200, 204},
      problems = {
        ProblemCode.NOT_FOUND,
        ProblemCode.OUTPUT_GONE,
        ProblemCode.RANGE_NOT_SATISFIABLE,
        ProblemCode.TOO_MANY_STREAMS,
        ProblemCode.VALIDATION
      },
      headers =
          @Answers.Sent(
              name = "Content-Range",
              with = 416,
              description = "How many bytes there are, once nothing more will come."))
  void follow(
      @PathVariable String id,
      @Parameter(
              description = "The first byte wanted.",
              schema =
                  @Schema(type = "integer", format = "int64", minimum = "0", defaultValue = "0"))
          @RequestParam(required = false)
          @Nullable Long offset,
      @Parameter(
              description = "base64: all output in base64; else text where it is UTF-8.",
              schema =
                  @Schema(
                      type = "string",
                      allowableValues = {"text", "base64"},
                      defaultValue = "text"))
          @RequestParam(defaultValue = "text")
          String encoding,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InterruptedException {
    Run run = Caller.of(request).look(supervisor, id);
    boolean text = text(encoding);
    EventId from = start(EventId.parse(request.getHeader("Last-Event-ID")), offset);
    OutputTotals totals = run.output().totals();
    if (from.offset() > totals.next() || (from.end() && !totals.complete())) {
      throw RangeException.beyond(from.offset(), totals.next(), totals.complete());
    }
    SseWriter.describe(response);
    if (from.end()) {
      response.setContentType(null);
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    } else if (!request.getMethod().equals("HEAD")) {
      SseWriter writer = new SseWriter(response, json, settings.heartbeat());
      try (StreamClient client = streams.open(StreamKind.RUN_EVENTS, request)) {
        new RunEvents(run, from, text, streams, client, writer, client.liveness(request)).send();
      }
    }
  }

  private EventId start(@Nullable EventId last, @Nullable Long offset) {
    if (offset != null && offset < 0) {
      throw invalid("/offset", "expected 0 or more, got " + offset);
    }
    String bootId = supervisor.settings().bootId();
    if (last == null) {
      return EventId.at(bootId, offset == null ? 0 : offset);
    }
    if (!last.bootId().equals(bootId)) {
      throw RangeException.otherBoot(last.bootId(), bootId);
    }
    return last;
  }

  private static boolean text(String encoding) {
    return switch (encoding) {
      case "text" -> true;
      case "base64" -> false;
      default ->
          throw invalid("/encoding", "expected text or base64, got " + RunRequests.quote(encoding));
    };
  }

  private static SupervisorException.Invalid invalid(String pointer, String message) {
    return new SupervisorException.Invalid(List.of(new Violation(pointer, message)));
  }
}
