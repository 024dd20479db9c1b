package io.headcount.api;

import io.headcount.child.StartFailure;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.RunSpec;
import io.headcount.supervisor.RunState;
import io.headcount.supervisor.RunView;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Starts runs, under an id of the service's or the caller's choice. */
@RestController
@Tag(name = "runs")
class RunsController {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  private final ProcessSupervisor supervisor;
  private final RunIntake intake;
  private final Waiting waiting;

  RunsController(ProcessSupervisor supervisor, RunIntake intake, Waiting waiting) {
    this.supervisor = supervisor;
    this.intake = intake;
    this.waiting = waiting;
  }

  @PostMapping(path = "/v1/runs", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      operationId = "startRun",
      summary = "Start a run",
      description =
          "Answers once the command runs or has failed to start; a run that waits for a place is"
              + " answered at once. With `Prefer: wait=N` it waits up to N seconds for the exit.")
  @Answers(
      success = {201, 200, 202},
      problems = {
        ProblemCode.VALIDATION,
        ProblemCode.COMMAND_FORBIDDEN,
        ProblemCode.MALFORMED,
        ProblemCode.TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.START_FAILED,
        ProblemCode.QUEUE_FULL,
        ProblemCode.FD_BUDGET,
        ProblemCode.PID_BUDGET,
        ProblemCode.MEMORY_BUDGET,
        ProblemCode.DRAINING
      })
  @Prefers
  ResponseEntity<RunResponse> start(
      @RequestBody RunRequest body, HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException {
    Run run = supervisor.start(intake.read(body, request, supervisor::violations));
    return started(run, request, response);
  }

  @PutMapping(path = "/v1/runs/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      operationId = "putRun",
      summary = "Start a run under an id of your choice",
      description =
          "Repeated with the same body it starts nothing and returns the run there is, whatever"
              + " became of it. With another body it is a conflict.")
  @Answers(
      success = {201, 200, 202},
      problems = {
        ProblemCode.VALIDATION,
        ProblemCode.COMMAND_FORBIDDEN,
        ProblemCode.MALFORMED,
        ProblemCode.TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
        ProblemCode.CONFLICT,
        ProblemCode.START_FAILED,
        ProblemCode.QUEUE_FULL,
        ProblemCode.FD_BUDGET,
        ProblemCode.PID_BUDGET,
        ProblemCode.MEMORY_BUDGET,
        ProblemCode.DRAINING
      })
  @Prefers
  ResponseEntity<RunResponse> put(
      @PathVariable String id,
      @RequestBody RunRequest body,
      HttpServletRequest request,
      HttpServletResponse response)
      throws InterruptedException {
    RunSpec spec = intake.read(body, request, checked -> violations(id, checked));
    ProcessSupervisor.Put put;
    try {
      put = supervisor.put(id, spec);
    } catch (SupervisorException.Conflict taken) {
      Caller caller = Caller.of(request);
      supervisor
          .find(id)
          .filter(run -> !caller.mayLook(run))
          .ifPresent(_ -> request.setAttribute(AuditFilter.HIDDEN, true));
      throw taken;
    }
    if (put.created()) {
      return started(put.run(), request, response);
    }
    awaitLaunch(put.run(), request);
    boolean waited = waiting.forExit(put.run(), request, response);
    return ResponseEntity.ok(response(put.run().view(), put.run(), waited));
  }

  private List<Violation> violations(String id, RunSpec spec) {
    List<Violation> found = supervisor.violations(spec);
    if (ID.matcher(id).matches()) {
      return found;
    }
    Violation wrongId =
        new Violation(
            "/id",
            "expected 1 to 128 letters, digits, '.', '_' and '-', the first a letter or digit, got "
                + RunRequests.quote(id));
    return Stream.concat(Stream.of(wrongId), found.stream()).toList();
  }

  private ResponseEntity<RunResponse> started(
      Run run, HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException {
    request.setAttribute(AuditFilter.ALLOWED, run.id());
    boolean waited = waiting.forExit(run, request, response);
    if (run.state() != RunState.EXITED) {
      awaitLaunch(run, request);
    }
    RunView view = run.view();
    StartFailure failure = view.failure();
    if (failure != null) {
      throw new StartFailedException(run.id(), failure);
    }
    URI location = URI.create("/v1/runs/" + run.id());
    if (!waited) {
      return ResponseEntity.created(location).body(response(view, run, false));
    }
    boolean exited = view.state() == RunState.EXITED;
    return ResponseEntity.status(exited ? 200 : 202)
        .location(location)
        .body(response(view, run, exited));
  }

  /** A run that waits for others' places may wait long; one that replaces some, or has one, not. */
  private void awaitLaunch(Run run, HttpServletRequest request) throws InterruptedException {
    if (!run.isQueued()) {
      waiting.forLaunch(run, request);
    }
  }

  private RunResponse response(RunView view, Run run, boolean withText) {
    return withText ? RunResponse.withText(run, view) : RunResponse.of(view, null);
  }
}
