package io.headcount.api;

import java.util.List;
import org.springframework.boot.test.system.CapturedOutput;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The lines of the audit log that a test has caused so far. */
final class AuditLines {
  private static final JsonMapper JSON = new JsonMapper();

  static List<JsonNode> of(CapturedOutput log) {
    return log.getAll()
        .lines()
        .filter(line -> line.contains("io.headcount.audit"))
        .map(line -> JSON.readTree(line.substring(line.indexOf('{'))))
        .toList();
  }

  /** Those of one run. */
  static List<JsonNode> of(CapturedOutput log, String run) {
    return of(log).stream().filter(line -> line.path("run").asString().equals(run)).toList();
  }

  private AuditLines() {}
}
