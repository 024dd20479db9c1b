package io.headcount.api;

import io.headcount.child.UnreadableMachineException;
import io.headcount.policy.ForbiddenException;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.coyote.CloseNowException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.resource.NoResourceFoundException;
import org.springframework.web.util.DisconnectedClientHelper;

/** Makes a problem document of whatever a request fails with. */
@RestControllerAdvice
class ProblemAdvice {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemAdvice.class);
  private static final HttpHeaders NO_HEADERS = new HttpHeaders();

  /** What the supervisor refuses. */
  @ExceptionHandler
  ResponseEntity<Object> refused(SupervisorException refusal, HttpServletRequest request) {
    Problem problem = problem(code(refusal), refusal, request);
    return switch (refusal) {
      case SupervisorException.Invalid invalid ->
          problem.with(invalid.violations()).toResponse(NO_HEADERS);
      case SupervisorException.Unsupported unsupported ->
          problem
              .with(List.of(new Violation(unsupported.pointer(), text(unsupported))))
              .toResponse(NO_HEADERS);
      case SupervisorException.StdinOffset wrong ->
          problem.with(Problem.Members.accepted(null, wrong.offset())).toResponse(NO_HEADERS);
      case SupervisorException.StdinFull full ->
          problem
              .with(Problem.Members.accepted(full.accepted(), full.offset()))
              .toResponse(NO_HEADERS);
      case SupervisorException.NotFound _,
          SupervisorException.Conflict _,
          SupervisorException.NotRunning _,
          SupervisorException.NotATerminal _,
          SupervisorException.StdinClosed _,
          SupervisorException.QueueFull _,
          SupervisorException.DescriptorBudget _,
          SupervisorException.PidBudget _,
          SupervisorException.MemoryBudget _,
          SupervisorException.Draining _ ->
          problem.toResponse(NO_HEADERS);
    };
  }

  /** Told apart from a run that there is none of in the audit log alone. */
  @ExceptionHandler
  ResponseEntity<Object> anothersRun(OthersRunException refusal, HttpServletRequest request) {
    request.setAttribute(AuditFilter.HIDDEN, true);
    return refused(refusal.answer(), request);
  }

  /** The kind of error that a refusal is. */
  static ProblemCode code(SupervisorException refusal) {
    return switch (refusal) {
      case SupervisorException.Invalid _, SupervisorException.Unsupported _ ->
          ProblemCode.VALIDATION;
      case SupervisorException.NotFound _ -> ProblemCode.NOT_FOUND;
      case SupervisorException.Conflict _ -> ProblemCode.CONFLICT;
      case SupervisorException.NotRunning _ -> ProblemCode.NOT_RUNNING;
      case SupervisorException.NotATerminal _ -> ProblemCode.NOT_A_TERMINAL;
      case SupervisorException.StdinClosed _ -> ProblemCode.STDIN_CLOSED;
      case SupervisorException.StdinOffset _ -> ProblemCode.STDIN_OFFSET;
      case SupervisorException.StdinFull _ -> ProblemCode.STDIN_FULL;
      case SupervisorException.QueueFull _ -> ProblemCode.QUEUE_FULL;
      case SupervisorException.DescriptorBudget _ -> ProblemCode.FD_BUDGET;
      case SupervisorException.PidBudget _ -> ProblemCode.PID_BUDGET;
      case SupervisorException.MemoryBudget _ -> ProblemCode.MEMORY_BUDGET;
      case SupervisorException.Draining _ -> ProblemCode.DRAINING;
    };
  }

  @ExceptionHandler
  ResponseEntity<Object> limited(LimitReachedException refusal, HttpServletRequest request) {
    Problem problem =
        switch (refusal.limit()) {
          case RATE, REQUESTS, BODIES -> problem(ProblemCode.RATE_LIMITED, refusal, request);
          case STREAMS -> problem(ProblemCode.TOO_MANY_STREAMS, refusal, request);
          case ALL_STREAMS -> problem(ProblemCode.TOO_MANY_STREAMS, refusal, request).unavailable();
        };
    Duration wait = refusal.retryAfter();
    return (wait == null ? problem : problem.retryAfter(wait)).toResponse(NO_HEADERS);
  }

  @ExceptionHandler
  ResponseEntity<Object> mayNotAttach(AttachRefusedException refusal, HttpServletRequest request) {
    return problem(refusal.code(), refusal, request).toResponse(NO_HEADERS);
  }

  /** What the policy refuses. */
  @ExceptionHandler
  ResponseEntity<Object> forbidden(ForbiddenException refusal, HttpServletRequest request) {
    return problem(ProblemCode.COMMAND_FORBIDDEN, refusal, request)
        .with(List.of(new Violation(refusal.pointer(), refusal.reason())))
        .toResponse(NO_HEADERS);
  }

  @ExceptionHandler
  ResponseEntity<Object> unknownCaller(
      AuthenticationException unknown, HttpServletRequest request, HttpServletResponse response) {
    if (!response.containsHeader(HttpHeaders.WWW_AUTHENTICATE)) { // it was let in at first
      response.setHeader(
          HttpHeaders.WWW_AUTHENTICATE, "Bearer realm=\"headcount\", error=\"invalid_token\"");
    }
    return problem(ProblemCode.UNAUTHENTICATED, unknown, request).toResponse(NO_HEADERS);
  }

  @ExceptionHandler
  ResponseEntity<Object> mayNot(AccessDeniedException refusal, HttpServletRequest request) {
    return problem(ProblemCode.FORBIDDEN, refusal, request).toResponse(NO_HEADERS);
  }

  @ExceptionHandler
  ResponseEntity<Object> notStarted(StartFailedException failed, HttpServletRequest request) {
    Problem problem =
        problem(ProblemCode.START_FAILED, failed, request)
            .with(
                Problem.Members.notStarted(
                    failed.runId(), RunResponse.Failure.of(failed.failure())));
    return switch (failed.failure().kind()) {
      case RESOURCES -> problem.unavailable().toResponse(NO_HEADERS);
      case NOT_FOUND, NOT_EXECUTABLE, PERMISSION, BAD_CWD, BAD_OUTPUT, TOO_LONG, OTHER ->
          problem.toResponse(NO_HEADERS);
    };
  }

  @ExceptionHandler
  ResponseEntity<Object> inAFile(OutputInFileException file, HttpServletRequest request) {
    return problem(ProblemCode.OUTPUT_IN_FILE, file, request)
        .with(Problem.Members.inFile(file.file()))
        .toResponse(NO_HEADERS);
  }

  @ExceptionHandler
  ResponseEntity<Object> noSuchRange(RangeException range, HttpServletRequest request) {
    Problem problem = problem(range.code(), range, request);
    HttpHeaders headers = new HttpHeaders();
    if (range.total() != null) {
      headers.set(HttpHeaders.CONTENT_RANGE, "bytes */" + range.total());
    }
    return problem.with(Problem.Members.from(range.first())).toResponse(headers);
  }

  @ExceptionHandler
  ResponseEntity<Object> tooLarge(BodyTooLargeException large, HttpServletRequest request) {
    return problem(ProblemCode.TOO_LARGE, large, request).toResponse(NO_HEADERS);
  }

  /** A parser names its own classes in its messages; clients need only the first line. */
  @ExceptionHandler
  ResponseEntity<Object> notReadable(
      HttpMessageNotReadableException unreadable, HttpServletRequest request) {
    String message = text(unreadable).lines().findFirst().orElse("");
    String detail =
        message.startsWith("Required request body is missing")
            ? "Expected a JSON body, got none."
            : message;
    return Problem.of(ProblemCode.MALFORMED, detail, request.getRequestURI())
        .toResponse(NO_HEADERS);
  }

  @ExceptionHandler
  ResponseEntity<Object> wrongParameter(
      MethodArgumentTypeMismatchException wrong, HttpServletRequest request) {
    String expected = wrong.getParameter().getParameterType().getSimpleName();
    Violation violation =
        new Violation(
            "/" + wrong.getName(),
            "expected a "
                + expected
                + ", got "
                + RunRequests.quote(String.valueOf(wrong.getValue())));
    return Problem.of(
            ProblemCode.VALIDATION,
            violation.pointer() + ": " + violation.message(),
            request.getRequestURI())
        .with(List.of(violation))
        .toResponse(NO_HEADERS);
  }

  /** Everything else: the framework's own errors, clients that went away, and our faults. */
  @ExceptionHandler
  @Nullable ResponseEntity<Object> other(
      Exception failure, HttpServletRequest request, HttpServletResponse response)
      throws Exception {
    if (failure instanceof CloseNowException) {
      throw failure; // the server closes the connection, so that no client takes it for the end
    }
    if (response.isCommitted() || clientIsGone(failure)) {
      LOG.debug("event=answer-not-sent path={}", request.getRequestURI(), failure);
      return null;
    }
    if (failure instanceof NoResourceFoundException) {
      return Problem.of(
              ProblemCode.NOT_FOUND,
              "There is nothing at this path; see /v3/api-docs.",
              request.getRequestURI())
          .toResponse(NO_HEADERS);
    }
    if (failure instanceof ErrorResponse known) {
      ProblemCode code = ProblemCode.ofStatus(known.getStatusCode().value());
      String detail = known.getBody().getDetail();
      return Problem.of(code, detail == null ? code.title() : detail, request.getRequestURI())
          .toResponse(known.getHeaders());
    }
    if (failure instanceof TypeMismatchException) {
      return problem(ProblemCode.VALIDATION, failure, request).toResponse(NO_HEADERS);
    }
    if (failure instanceof UnreadableMachineException) {
      return problem(ProblemCode.FD_BUDGET, failure, request).toResponse(NO_HEADERS);
    }
    if (failure instanceof InvalidParameterException) {
      return Problem.of(
              ProblemCode.MALFORMED,
              "A query parameter is not encoded as a URL needs it: expected %XX of UTF-8 bytes.",
              request.getRequestURI())
          .toResponse(NO_HEADERS);
    }
    String mediaType = request.getContentType();
    if (failure instanceof IllegalArgumentException
        && mediaType != null
        && mediaType.contains("*")) {
      return Problem.of(
              ProblemCode.UNSUPPORTED_MEDIA_TYPE,
              "A body has one media type, got the Content-Type " + RunRequests.quote(mediaType),
              request.getRequestURI())
          .toResponse(NO_HEADERS);
    }
    LOG.error("event=internal-error path={}", request.getRequestURI(), failure);
    return Problem.of(
            ProblemCode.INTERNAL, ProblemCode.INTERNAL.explanation(), request.getRequestURI())
        .toResponse(NO_HEADERS);
  }

  private static boolean clientIsGone(Exception failure) {
    return failure instanceof IOException
        || DisconnectedClientHelper.isClientDisconnectedException(failure);
  }

  private static Problem problem(ProblemCode code, Exception cause, HttpServletRequest request) {
    return Problem.of(code, text(cause), request.getRequestURI());
  }

  private static String text(Exception cause) {
    return cause.getMessage() == null ? "" : cause.getMessage();
  }
}
