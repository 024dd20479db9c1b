package io.headcount.api;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import io.headcount.supervisor.Violation;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
    @JsonIgnore @Schema(hidden = true) Map<String, Object> more) {
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
        Map.of());
  }

  /** The same with one reason a field. */
  Problem with(List<Violation> violations) {
    List<FieldError> found =
        violations.stream().map(each -> new FieldError(each.pointer(), each.message())).toList();
    return new Problem(
        type, title, status, detail, instance, code, retryable, retryAfterMs, found, more);
  }

  /** The same with members of its own kind. */
  Problem with(Map<String, Object> members) {
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

  @JsonAnyGetter
  Map<String, Object> members() {
    return more;
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
