package io.headcount.api;

import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.StdinPort;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Writes to standard input: block by block as the body comes, so that neither a large body nor a
 * slow command takes memory.
 *
 * <p>Its parameters are taken from the query alone: the servlet's own way would read the body of a
 * form, which is what curl calls every body.
 */
@RestController
@Tag(name = "streams")
class StdinController {
  private final ProcessSupervisor supervisor;
  private final OpenStreams streams;

  StdinController(ProcessSupervisor supervisor, OpenStreams streams) {
    this.supervisor = supervisor;
    this.streams = streams;
  }

  @PostMapping(path = "/v1/runs/{id}/stdin", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      operationId = "writeStdin",
      summary = "Write to standard input",
      description =
          "Raw bytes of any media type. With `Stdin-Offset`, bytes that were accepted before are"
              + " passed over, so that a write may be repeated.",
      requestBody =
          @RequestBody(
              content =
                  @Content(
                      mediaType = "application/octet-stream",
                      schema = @Schema(type = "string", format = "binary"))))
  @Parameter(
      name = "eof",
      in = ParameterIn.QUERY,
      description = "Close standard input after the last byte.",
      schema = @Schema(type = "boolean", defaultValue = "false"))
  @Parameter(
      name = "Stdin-Offset",
      in = ParameterIn.HEADER,
      description = "Offset of the first byte of the body.",
      schema = @Schema(type = "integer", format = "int64", minimum = "0"))
  @Answers(
      problems = {
        ProblemCode.NOT_FOUND,
        ProblemCode.NOT_RUNNING,
        ProblemCode.STDIN_CLOSED,
        ProblemCode.STDIN_OFFSET,
        ProblemCode.STDIN_FULL,
        ProblemCode.TOO_MANY_STREAMS,
        ProblemCode.VALIDATION
      })
  Written write(@PathVariable String id, @Parameter(hidden = true) HttpServletRequest request)
      throws IOException {
    Long offset = offset(request.getHeader("Stdin-Offset"));
    boolean eof = eof(request.getQueryString());
    StdinPort stdin = Caller.of(request).act(supervisor, id).stdin();
    InputStream body = request.getInputStream();
    try (StreamClient client = streams.open(StreamKind.STDIN, request)) {
      request.setAttribute(AuditFilter.ALLOWED, id);
      try {
        StdinPort.Written written = stdin.write(buffer -> fill(buffer, body, client), offset, eof);
        return new Written(written.accepted(), written.offset(), written.open());
      } catch (InterruptedException e) {
        if (client.isCutOff()) {
          throw Revocation.refusal();
        }
        throw new CloseNowException("the service ends"); // what was accepted, nobody can tell now
      }
    }
  }

  /** What became of the bytes. */
  @Schema(name = "StdinWritten")
  record Written(
      @Schema(description = "Bytes of this request that are new.", example = "6") long accepted,
      @Schema(description = "Bytes accepted in all.", example = "6") long offset,
      boolean open) {}

  /** Takes what is there: a client that types must not wait until a block is full. */
  private static boolean fill(ByteBuffer buffer, InputStream body, StreamClient client)
      throws IOException {
    int read =
        body.read(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
    if (client.isCutOff()) { // looked at after the read, which may have lasted
      throw Revocation.refusal();
    }
    if (read < 0) {
      return false;
    }
    buffer.position(buffer.position() + read);
    return true;
  }

  private static @Nullable Long offset(@Nullable String header) {
    if (header == null) {
      return null;
    }
    if (!header.strip().matches("\\d{1,18}")) {
      throw invalid("/Stdin-Offset", "expected a number of bytes, 0 or more, got ", header);
    }
    return Long.valueOf(header.strip());
  }

  private static boolean eof(@Nullable String query) {
    String value =
        query == null
            ? null
            : UriComponentsBuilder.newInstance()
                .query(query)
                .build()
                .getQueryParams()
                .getFirst("eof");
    return switch (value) {
      case null -> false;
      case "true" -> true;
      case "false" -> false;
      case String other -> throw invalid("/eof", "expected true or false, got ", other);
    };
  }

  private static SupervisorException.Invalid invalid(String pointer, String expected, String got) {
    return new SupervisorException.Invalid(
        List.of(new Violation(pointer, expected + RunRequests.quote(got))));
  }
}
