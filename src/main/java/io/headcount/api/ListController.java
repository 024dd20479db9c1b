package io.headcount.api;

import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.RunPage;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/** Lists runs, newest first, page by page. */
@RestController
@Tag(name = "runs")
class ListController {
  private final ProcessSupervisor supervisor;

  ListController(ProcessSupervisor supervisor) {
    this.supervisor = supervisor;
  }

  @GetMapping("/v1/runs")
  @Operation(operationId = "listRuns", summary = "List runs, newest first")
  @Answers(
      problems = ProblemCode.VALIDATION,
      headers =
          @Answers.Sent(
              name = "Link",
              with = 200,
              description = "The next page, rel=\"next\" (RFC 8288); absent at the end."))
  @Filters
  @Parameter(
      name = "state",
      in = ParameterIn.QUERY,
      description = "Any of these; repeated or separated by commas.",
      array =
          @ArraySchema(
              schema =
                  @Schema(
                      type = "string",
                      allowableValues = {"queued", "starting", "running", "exiting", "exited"})))
  @Parameter(
      name = "reason",
      in = ParameterIn.QUERY,
      description = "Any of these; repeated or separated by commas.",
      array =
          @ArraySchema(
              schema =
                  @Schema(
                      type = "string",
                      allowableValues = {
                        "exit",
                        "signal",
                        "manual-cancel",
                        "overall-timeout",
                        "no-output-timeout",
                        "queue-timeout",
                        "output-limit",
                        "shutdown",
                        "spawn-error",
                        "lost"
                      })))
  @Parameter(
      name = "limit",
      in = ParameterIn.QUERY,
      description = "Most to return.",
      schema = @Schema(type = "integer", minimum = "1", maximum = "200", defaultValue = "50"))
  @Parameter(
      name = "cursor",
      in = ParameterIn.QUERY,
      description = "nextCursor of the page before.",
      schema = @Schema(type = "string"))
  ResponseEntity<Page> list(
      @Parameter(hidden = true) @RequestParam MultiValueMap<String, String> parameters,
      HttpServletRequest request) {
    String bootId = supervisor.settings().bootId();
    RunPage page =
        supervisor.list(ListQuery.parse(parameters, bootId).ownedBy(Caller.of(request).readable()));
    List<RunResponse> items = page.runs().stream().map(view -> RunResponse.of(view, null)).toList();
    Long next = page.nextCursor();
    if (next == null) {
      return ResponseEntity.ok(new Page(items, null));
    }
    String cursor = ListQuery.cursor(bootId, next);
    return ResponseEntity.ok()
        .header(HttpHeaders.LINK, "<" + nextPage(parameters, cursor) + ">; rel=\"next\"")
        .body(new Page(items, cursor));
  }

  private static String nextPage(MultiValueMap<String, String> parameters, String cursor) {
    UriComponentsBuilder link = UriComponentsBuilder.fromPath("/v1/runs");
    parameters.forEach((name, values) -> {
      if (!name.equals("cursor")) {
        values.forEach(value -> link.queryParam(name, encode(value)));
      }
    });
    return link.queryParam("cursor", cursor).build(true).toUriString();
  }

  private static String encode(String value) {
    return UriUtils.encode(value, StandardCharsets.UTF_8);
  }

  /** Some runs, and where to go on. */
  @Schema(name = "RunPage")
  record Page(
      List<RunResponse> items,
      @Schema(
              description = "Send it as cursor for the next page; null at the end.",
              example = "null")
          @Nullable String nextCursor) {}
}
