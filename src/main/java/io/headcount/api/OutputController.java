package io.headcount.api;

import io.headcount.output.OutputTotals;
import io.headcount.output.StdStream;
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
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What a run wrote, byte for byte: all that is held, a range of it, its end, or as it comes. */
@RestController
@Tag(name = "streams")
class OutputController {
  private final ProcessSupervisor supervisor;
  private final OpenStreams streams;

  OutputController(ProcessSupervisor supervisor, OpenStreams streams) {
    this.supervisor = supervisor;
    this.streams = streams;
  }

  @GetMapping(path = "/v1/runs/{id}/output", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
  @Operation(
      operationId = "readOutput",
      summary = "Read the output",
      description =
          "Raw bytes. Positions count the bytes of the representation asked for: of both streams"
              + " in the order they came, or of one alone.",
      responses =
          @ApiResponse(
              responseCode = "200",
              content =
                  @Content(
                      mediaType = "application/octet-stream",
                      schema = @Schema(type = "string", format = "binary"))))
  @Parameter(
      name = "Range",
      in = ParameterIn.HEADER,
      description = "One range of bytes (RFC 9110).",
      schema = @Schema(type = "string", example = "bytes=0-1023"))
  @Answers(
      success = {200, 206},
      problems = {
        ProblemCode.NOT_FOUND,
        ProblemCode.OUTPUT_GONE,
        ProblemCode.OUTPUT_IN_FILE,
        ProblemCode.RANGE_NOT_SATISFIABLE,
        ProblemCode.TOO_MANY_STREAMS,
        ProblemCode.VALIDATION
      },
      headers = {
        @Answers.Sent(
            name = "Output-First",
            with = {200, 206},
            type = "integer",
            description = "Offset of the oldest byte held."),
        @Answers.Sent(
            name = "Output-Next",
            with = {200, 206},
            type = "integer",
            description = "Offset of the next byte."),
        @Answers.Sent(
            name = "Output-Complete",
            with = {200, 206},
            type = "boolean",
            description = "Whether nothing more will come."),
        @Answers.Sent(
            name = "Accept-Ranges",
            with = {200, 206},
            description = "Always bytes."),
        @Answers.Sent(
            name = "Content-Range",
            with = 206,
            description = "Which bytes these are (RFC 9110)."),
        @Answers.Sent(
            name = "Content-Range",
            with = 416,
            description = "How many bytes there are, once nothing more will come.")
      })
  void read(
      @PathVariable String id,
      @Parameter(
              description = "Which stream.",
              schema =
                  @Schema(
                      type = "string",
                      allowableValues = {"all", "stdout", "stderr"},
                      defaultValue = "all"))
          @RequestParam(defaultValue = "all")
          String stream,
      @Parameter(
              description = "The last so many bytes, as far as they are held.",
              schema = @Schema(type = "integer", format = "int64", minimum = "0"))
          @RequestParam(required = false)
          @Nullable Long tail,
      @Parameter(description = "Go on until the run has settled.")
          @RequestParam(defaultValue = "false")
          boolean follow,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InterruptedException {
    Run run = Caller.of(request).look(supervisor, id);
    OutputSource source = new OutputSource(run.output(), stream(stream));
    String file = run.view().outputFile();
    if (file != null) {
      throw new OutputInFileException(id, file);
    }
    source.journal().verify();
    ByteRange range = range(request);
    refuseTail(tail, range);
    boolean head = request.getMethod().equals("HEAD");
    OutputSource.Liveness client = ClientLiveness.of(request);
    if (!follow || head) {
      OutputTotals totals = source.totals();
      OutputSlice slice = OutputSlice.of(totals, range, tail, follow);
      describe(slice, totals, response);
      if (!head) {
        source.copy(slice, response.getOutputStream(), client);
      }
      return;
    }
    try (StreamClient served = streams.open(StreamKind.OUTPUT_FOLLOW, request)) {
      follow(source, range, tail, served.liveness(request), served, response);
    }
  }

  /** Who is cut off must not take what there is for all. */
  private static void follow(
      OutputSource source,
      @Nullable ByteRange range,
      @Nullable Long tail,
      OutputSource.Liveness client,
      StreamClient served,
      HttpServletResponse response)
      throws IOException, InterruptedException {
    try {
      OutputTotals totals =
          range instanceof ByteRange.From(long first, Long _)
              ? source.awaitByte(first, client)
              : source.totals();
      OutputSlice slice = OutputSlice.of(totals, range, tail, true);
      describe(slice, totals, response);
      source.copy(slice, response.getOutputStream(), client);
    } catch (InterruptedException e) {
      served.mayGoOn();
      throw e;
    }
  }

  private static void describe(
      OutputSlice slice, OutputTotals totals, HttpServletResponse response) {
    response.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    response.setHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
    response.setHeader("Output-First", String.valueOf(totals.first()));
    response.setHeader("Output-Next", String.valueOf(totals.next()));
    response.setHeader("Output-Complete", String.valueOf(totals.complete()));
    if (slice.partial()) {
      response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
      response.setHeader(HttpHeaders.CONTENT_RANGE, slice.contentRange());
    }
    Long length = slice.length();
    if (length != null) {
      response.setContentLengthLong(length);
    }
  }

  /**
   * There is no validator that {@code If-Range} could name, so with it the range does not count.
   */
  private static @Nullable ByteRange range(HttpServletRequest request) {
    return request.getHeader(HttpHeaders.IF_RANGE) == null
        ? ByteRange.parse(request.getHeader(HttpHeaders.RANGE))
        : null;
  }

  private static @Nullable StdStream stream(String name) {
    return switch (name) {
      case "all" -> null;
      case "stdout" -> StdStream.STDOUT;
      case "stderr" -> StdStream.STDERR;
      default ->
          throw invalid(
              "/stream", "expected all, stdout or stderr, got " + RunRequests.quote(name));
    };
  }

  private static void refuseTail(@Nullable Long tail, @Nullable ByteRange range) {
    if (tail != null && tail < 0) {
      throw invalid("/tail", "expected 0 or more, got " + tail);
    }
    if (tail != null && range != null) {
      throw invalid("/tail", "expected only one of tail and a Range header, got both");
    }
  }

  private static SupervisorException.Invalid invalid(String pointer, String message) {
    return new SupervisorException.Invalid(List.of(new Violation(pointer, message)));
  }
}
