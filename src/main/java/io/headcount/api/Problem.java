package io.headcount.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.headcount.supervisor.Violation;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * A problem document (RFC 9457).
 *
 * @param type where the kind of error is explained
 * @param title what kind of error it is, for people
 * @param status of the answer
 * @param detail what happened this time
 * @param instance the path that was asked for
 * @param code the kind of error, for programs
 * @param retryable whether the same request may work later
 * @param retryAfterMs when to try again; null when that is of no use
 * @param errors what is wrong, field by field
 * @param more members that only this kind has
 */
@Schema(description = "A problem document (RFC 9457). Some kinds have further members.")
record Problem(
    @Schema(example = "/problems/validation") String type,
    @Schema(example = "The request is not as expected") String title,
    @Schema(example = "422") int status,
    @Schema(example = "/argv: expected argv, shell or command, got none") String detail,
    @Schema(example = "/v1/runs") String instance,
    @Schema(example = "validation") String code,
    boolean retryable,
    @Schema(example = "null") @Nullable Long retryAfterMs,
    List<FieldError> errors,
    @JsonUnwrapped Members more) {
  private static final Duration RETRY_SOON = Duration.ofSeconds(1);
  private static final Duration RETRY_LATER = Duration.ofSeconds(5);

  /** One thing that is wrong with a request. */
  @Schema(name = "ProblemError")
  record FieldError(
      @Schema(
              description = "JSON pointer (RFC 6901), or / and the name of a parameter.",
              example = "/argv")
          String pointer,
      @Schema(example = "expected argv, shell or command, got none") String message) {}

  /** What only some kinds have; what is null is absent. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Members(
      @Schema(description = "start-failed: the run, whose record stays.") @Nullable String runId,
      @Schema(description = "start-failed: why.") RunResponse.@Nullable Failure error,
      @Schema(description = "stdin-full: bytes of this request that were taken.", example = "65536")
          @Nullable Long accepted,
      @Schema(
              description = "stdin-full, stdin-offset: bytes accepted in all, where to go on.",
              example = "65536")
          @Nullable Long offset,
      @Schema(
              description = "output-gone: offset of the oldest byte held; absent after a restart.",
              example = "4096")
          @Nullable Long first,
      @Schema(description = "output-in-file: where the output is.") @Nullable String file) {
    static final Members NONE = new Members(null, null, null, null, null, null);

    static Members notStarted(String runId, RunResponse.@Nullable Failure error) {
      return new Members(runId, error, null, null, null, null);
    }

    static Members accepted(@Nullable Long accepted, long offset) {
      return new Members(null, null, accepted, offset, null, null);
    }

    static Members from(@Nullable Long first) {
      return new Members(null, null, null, null, first, null);
    }

    static Members inFile(String file) {
      return new Members(null, null, null, null, null, file);
    }
  }

  static Problem of(ProblemCode code, String detail, String instance) {
    boolean retryable = code.retryable();
    return new Problem(
        "/problems/" + code.label(),
        code.title(),
        code.status().value(),
        detail,
        instance,
        code.label(),
        retryable,
        retryable ? (code.status().value() == 429 ? RETRY_SOON : RETRY_LATER).toMillis() : null,
        List.of(),
        Members.NONE);
  }

  /** The same with one reason a field. */
  Problem with(List<Violation> violations) {
    List<FieldError> found =
        violations.stream().map(each -> new FieldError(each.pointer(), each.message())).toList();
    return new Problem(
        type, title, status, detail, instance, code, retryable, retryAfterMs, found, more);
  }

  /** The same with members of its own kind. */
  Problem with(Members members) {
    return new Problem(
        type, title, status, detail, instance, code, retryable, retryAfterMs, errors, members);
  }

  /** The same when it is known how long to wait. */
  Problem retryAfter(Duration wait) {
    return new Problem(
        type,
        title,
        status,
        detail,
        instance,
        code,
        retryable,
        Math.max(1, wait.toMillis()),
        errors,
        more);
  }

  /** The same for a lack that passes. */
  Problem unavailable() {
    return new Problem(
        type, title, 503, detail, instance, code, true, RETRY_LATER.toMillis(), errors, more);
  }

  /** The answer, in its own media type whatever the client would rather have. */
  ResponseEntity<Object> toResponse(HttpHeaders headers) {
    HttpHeaders all = new HttpHeaders();
    headers.forEach(all::addAll);
    all.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
    if (retryAfterMs != null) {
      all.set(HttpHeaders.RETRY_AFTER, String.valueOf((retryAfterMs + 999) / 1000));
    }
    return ResponseEntity.status(status).headers(all).body(this);
  }
}
