package io.headcount.api;

import io.headcount.child.Child.Target;
import io.headcount.child.Signal;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.Reason;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.RunState;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Ends runs by the kill path, one or many, and sends signals that do not end them. */
@RestController
@Tag(name = "control")
class CancelController {
  private static final long MAX_GRACE_MS = 60_000;

  private final ProcessSupervisor supervisor;
  private final Waiting waiting;

  CancelController(ProcessSupervisor supervisor, Waiting waiting) {
    this.supervisor = supervisor;
    this.waiting = waiting;
  }

  @PostMapping(path = "/v1/runs/{id}/cancel", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      operationId = "cancelRun",
      summary = "End a run",
      description =
          "The signal to the whole tree, the grace, then SIGKILL. Again: a shorter grace shortens."
              + " A run that has exited is answered as it is.")
  @Answers(
      success = {202, 200},
      problems = {
        ProblemCode.NOT_FOUND,
        ProblemCode.VALIDATION,
        ProblemCode.MALFORMED,
        ProblemCode.TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE
      })
  @Prefers
  ResponseEntity<RunResponse> cancel(
      @PathVariable String id,
      @RequestBody(required = false) @Nullable CancelRequest body,
      HttpServletRequest request,
      HttpServletResponse response)
      throws InterruptedException {
    CancelRequest wanted = body == null ? CancelRequest.DEFAULTS : body;
    List<Violation> violations = new ArrayList<>();
    Signal signal = RunRequests.signal("/signal", wanted.signal(), violations);
    Long graceMs = wanted.graceMs();
    if (graceMs != null && (graceMs < 0 || graceMs > MAX_GRACE_MS)) {
      violations.add(
          new Violation("/graceMs", "expected 0 to " + MAX_GRACE_MS + ", got " + graceMs));
    }
    refuse(violations);
    Run own = Caller.of(request).act(supervisor, id);
    Run run = supervisor.cancel(own.id(), signal, graceMs);
    request.setAttribute(AuditFilter.ALLOWED, run.id());
    Waiting.forAnswer(run.heard()); // the answer shows what was ordered
    waiting.forExit(run, request, response);
    RunResponse answer = RunResponse.of(run.view(), null);
    boolean exited = answer.state().equals(RunState.EXITED.label());
    return ResponseEntity.status(exited ? 200 : 202).body(answer);
  }

  @PostMapping(path = "/v1/runs/cancel", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      operationId = "cancelRuns",
      summary = "End many runs",
      description =
          "Those of a scope, those with all these labels, or all, which needs the role admin. Only"
              + " runs that the caller may act on.")
  @Answers(
      success = 202,
      problems = {
        ProblemCode.VALIDATION,
        ProblemCode.MALFORMED,
        ProblemCode.TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE
      })
  ResponseEntity<Cancelled> cancelMany(
      @RequestBody CancelManyRequest request, HttpServletRequest http) {
    Caller caller = Caller.of(http);
    String scopeKey = request.scopeKey();
    Map<String, String> labels = request.labels();
    List<Run> runs;
    if (scopeKey != null && labels == null && request.all() == null) {
      refuseIf(scopeKey.isBlank(), "/scopeKey", "expected a scope, got a blank one");
      runs = supervisor.cancelScope(scopeKey, caller.actable());
    } else if (labels != null && scopeKey == null && request.all() == null) {
      refuseIf(labels.isEmpty(), "/labels", "expected at least one label, got none");
      runs = supervisor.cancelLabels(labels, caller.actable());
    } else if (request.all() != null && scopeKey == null && labels == null) {
      refuseIf(!request.all(), "/all", "expected true, got false");
      if (!caller.actsOnAll()) {
        throw new AccessDeniedException(
            "Only the role admin ends all runs; name a scope or labels.");
      }
      runs = supervisor.cancelAll(Reason.MANUAL_CANCEL);
    } else {
      throw invalid("", "expected exactly one of scopeKey, labels and all");
    }
    List<String> ids = runs.stream().map(Run::id).toList();
    http.setAttribute(AuditFilter.ALL, ids);
    return ResponseEntity.accepted().body(new Cancelled(ids.size(), ids));
  }

  @PostMapping(path = "/v1/runs/{id}/signal", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(operationId = "signalRun", summary = "Send a signal")
  @Answers(
      problems = {
        ProblemCode.NOT_FOUND,
        ProblemCode.NOT_RUNNING,
        ProblemCode.VALIDATION,
        ProblemCode.MALFORMED,
        ProblemCode.TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE
      })
  Delivered signal(
      @PathVariable String id, @RequestBody SignalRequest request, HttpServletRequest http)
      throws InterruptedException {
    List<Violation> violations = new ArrayList<>();
    Signal signal = RunRequests.signal("/signal", request.signal(), violations);
    Target target = target(request.target(), violations);
    if (signal == null || !violations.isEmpty()) {
      throw new SupervisorException.Invalid(violations);
    }
    Run run = Caller.of(http).act(supervisor, id);
    return new Delivered(Waiting.forAnswer(supervisor.signal(run.id(), signal, target)));
  }

  /** The target of a name; an unknown one is a violation. */
  static Target target(@Nullable String name, List<Violation> violations) {
    return switch (name) {
      case null -> Target.GROUP;
      case "group" -> Target.GROUP;
      case "tree" -> Target.TREE;
      case "leader" -> Target.LEADER;
      case String other -> {
        violations.add(
            new Violation(
                "/target", "expected tree, group or leader, got " + RunRequests.quote(other)));
        yield Target.GROUP;
      }
    };
  }

  /** The runs that are being ended. */
  @Schema(name = "Cancelled")
  record Cancelled(
      @Schema(example = "1") int matched,
      @Schema(example = "[\"01K0QWERTYQWERTYQWERTYQWER\"]") List<String> runs) {}

  /** Whether a process got the signal. */
  @Schema(name = "Delivered")
  record Delivered(boolean delivered) {}

  private static void refuse(List<Violation> violations) {
    if (!violations.isEmpty()) {
      throw new SupervisorException.Invalid(violations);
    }
  }

  private static void refuseIf(boolean wrong, String pointer, String message) {
    if (wrong) {
      throw invalid(pointer, message);
    }
  }

  private static SupervisorException.Invalid invalid(String pointer, String message) {
    return new SupervisorException.Invalid(List.of(new Violation(pointer, message)));
  }
}
