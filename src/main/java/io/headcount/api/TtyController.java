package io.headcount.api;

import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.Run;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Gives the terminal of a run another size. */
@RestController
@Tag(name = "streams")
class TtyController {
  private final ProcessSupervisor supervisor;

  TtyController(ProcessSupervisor supervisor) {
    this.supervisor = supervisor;
  }

  @PutMapping("/v1/runs/{id}/tty")
  @Operation(
      operationId = "resizeTerminal",
      summary = "Resize the terminal",
      description = "What runs in its foreground gets SIGWINCH.")
  @Answers(
      success = 204,
      problems = {
        ProblemCode.NOT_FOUND,
        ProblemCode.NOT_RUNNING,
        ProblemCode.NOT_A_TERMINAL,
        ProblemCode.VALIDATION,
        ProblemCode.MALFORMED,
        ProblemCode.TOO_LARGE,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE
      })
  ResponseEntity<Void> resize(
      @PathVariable String id, @RequestBody TtyRequest size, HttpServletRequest request)
      throws InterruptedException {
    Run run = Caller.of(request).act(supervisor, id);
    Waiting.forAnswer(run.terminal().resize(size.columns(), size.rows()));
    return ResponseEntity.noContent().build();
  }
}
