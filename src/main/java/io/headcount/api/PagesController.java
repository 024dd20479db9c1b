package io.headcount.api;

import io.swagger.v3.oas.annotations.Hidden;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.util.HtmlUtils;

/** The pages that answers point to: where to begin, and what each kind of problem means. */
@Hidden
@RestController
class PagesController {

  @GetMapping(path = "/", produces = MediaType.APPLICATION_JSON_VALUE)
  Map<String, String> root() {
    return new TreeMap<>(
        Map.of(
            "service", "headcount",
            "runs", "/v1/runs",
            "info", "/v1/info",
            "documentation", "/swagger-ui/index.html",
            "openapi", "/v3/api-docs",
            "problems", "/problems"));
  }

  @GetMapping(path = "/problems", produces = "text/html;charset=UTF-8")
  String problems() {
    return page(
        "Problems",
        Arrays.stream(ProblemCode.values())
            .map(code ->
                "<li><a href=\"/problems/%s\">%s</a> (%d): %s</li>"
                    .formatted(code.label(), code.label(), code.status().value(), code.title()))
            .collect(Collectors.joining("\n", "<ul>\n", "\n</ul>")));
  }

  @GetMapping(path = "/problems/{code}", produces = "text/html;charset=UTF-8")
  String problem(@PathVariable String code) {
    ProblemCode known =
        ProblemCode.labelled(code)
            .orElseThrow(() ->
                new ResponseStatusException(
                    HttpStatus.NOT_FOUND, "There is no such problem; see /problems."));
    List<String> paragraphs =
        List.of(
            known.title() + ".",
            known.explanation(),
            "Status " + known.status().value() + ".",
            known.retryable()
                ? "The same request may work later: wait as long as Retry-After says."
                : "The same request will fail again.");
    return page(
        known.label(),
        paragraphs.stream().map(PagesController::paragraph).collect(Collectors.joining("\n")));
  }

  private static String paragraph(String text) {
    return "<p>" + HtmlUtils.htmlEscape(text).replaceAll("`([^`]+)`", "<code>$1</code>") + "</p>";
  }

  private static String page(String title, String body) {
    return """
    <!doctype html>
    <html lang="en">
    <head><meta charset="utf-8"><title>%s - Headcount</title></head>
    <body>
    <h1>%s</h1>
    %s
    </body>
    </html>
    """
        .formatted(title, title, body);
  }
}
