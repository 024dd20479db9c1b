package io.headcount.api;

import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.RunView;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** One run: what it is now, its processes, and its end as a record. */
@RestController
@Tag(name = "runs")
class RunController {
  private final ProcessSupervisor supervisor;
  private final Waiting waiting;

  RunController(ProcessSupervisor supervisor, Waiting waiting) {
    this.supervisor = supervisor;
    this.waiting = waiting;
  }

  @GetMapping("/v1/runs/{id}")
  @Operation(operationId = "getRun", summary = "Look at a run, or wait for its exit")
  @Answers(
      success = {200, 304},
      problems = {ProblemCode.NOT_FOUND, ProblemCode.VALIDATION},
      headers =
          @Answers.Sent(
              name = "ETag",
              with = {200, 304},
              description = "Names the run as it is now, for If-None-Match."))
  @Prefers
  @Parameter(
      name = "If-None-Match",
      in = ParameterIn.HEADER,
      description = "The ETag of what you have: 304 if nothing has changed since.",
      schema = @Schema(type = "string"))
  @Nullable ResponseEntity<RunResponse> get(
      @PathVariable String id,
      @Parameter(
              description = "output: with the last 64 KiB of each stream as text.",
              schema = @Schema(type = "string", allowableValues = "output"))
          @RequestParam(required = false)
          @Nullable String include,
      HttpServletRequest request,
      HttpServletResponse response)
      throws InterruptedException {
    boolean withText = include(include);
    Run run = Caller.of(request).look(supervisor, id);
    waiting.forExit(run, request, response);
    RunView view = run.view();
    String tag = tag(view, withText);
    response.setHeader(HttpHeaders.ETAG, tag);
    if (EntityTags.match(request.getHeaders(HttpHeaders.IF_NONE_MATCH), tag)) {
      response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
      return null;
    }
    return ResponseEntity.ok(
        withText ? RunResponse.withText(run, view) : RunResponse.of(view, null));
  }

  @DeleteMapping("/v1/runs/{id}")
  @Operation(
      operationId = "deleteRun",
      summary = "Forget a run",
      description = "A live one is cancelled first; the answer waits until it has exited.")
  @Answers(success = 204, problems = ProblemCode.NOT_FOUND)
  ResponseEntity<Void> delete(@PathVariable String id, HttpServletRequest request)
      throws InterruptedException {
    Run run = Caller.of(request).act(supervisor, id);
    Waiting.forAnswer(supervisor.delete(run.id()));
    return ResponseEntity.noContent().build();
  }

  @GetMapping("/v1/runs/{id}/processes")
  @Operation(operationId = "listProcesses", summary = "List the live processes of a run")
  @Answers(problems = ProblemCode.NOT_FOUND)
  Processes processes(@PathVariable String id, HttpServletRequest request)
      throws InterruptedException {
    Run run = Caller.of(request).look(supervisor, id);
    return new Processes(
        Waiting.forAnswer(run.processes()).stream().map(ProcessResponse::of).toList());
  }

  /** The live processes of a run, the leader first. */
  record Processes(List<ProcessResponse> items) {}

  /** Weak: what runs gets older without another tag. */
  private String tag(RunView view, boolean withText) {
    return "W/\""
        + String.join(
            ".",
            supervisor.settings().bootId(),
            String.valueOf(view.version()),
            String.valueOf(view.output().next()),
            String.valueOf(view.stdinOffset()))
        + (withText ? ".output\"" : "\"");
  }

  private static boolean include(@Nullable String include) {
    if (include == null || include.isEmpty()) {
      return false;
    }
    if (!include.equals("output")) {
      throw new SupervisorException.Invalid(
          List.of(new Violation("/include", "expected output, got " + RunRequests.quote(include))));
    }
    return true;
  }
}
