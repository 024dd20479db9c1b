package io.headcount.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Every operation there is, with what the OpenAPI document says that it looks at. */
final class Operations {
  /** A request that must never be answered: it hides behind another one. */
  static final String SMUGGLED =
      "PUT /v1/runs/smuggled HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
          + "Content-Length: 18\r\n\r\n{\"argv\": [\"true\"]}";

  /** One of them; parameters are of the query, fields of the body. */
  record Operation(
      AccessTable.Line line, List<String> parameters, List<String> headers, List<String> fields) {

    /** A request that is as it should be. */
    Draft draft(String id) {
      Draft draft = new Draft(line.method(), line.path(id), RawHttp.bytes(body()));
      if (draft.body.length > 0) {
        draft.header("Content-Type", "application/json");
      }
      if (line.path().endsWith("/attach")) {
        draft.header("Connection", "Upgrade");
        draft.header("Upgrade", "websocket");
        draft.header("Sec-WebSocket-Version", "13");
        draft.header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        draft.header("Sec-WebSocket-Protocol", "headcount.v1");
      }
      return draft;
    }

    private String body() {
      return switch (line.operation()) {
        case "POST /v1/runs", "PUT /v1/runs/{id}" -> "{\"argv\": [\"true\"]}";
        case "POST /v1/runs/{id}/signal" -> "{\"signal\": \"SIGCONT\"}";
        case "PUT /v1/runs/{id}/tty" -> "{\"columns\": 80, \"rows\": 24}";
        case "POST /v1/runs/cancel" -> "{\"scopeKey\": \"none\"}";
        default -> line.method().equals("GET") ? "" : "{}";
      };
    }
  }

  static List<Operation> all(JsonNode document) throws IOException {
    List<Operation> all = new ArrayList<>();
    for (AccessTable.Line line : AccessTable.lines()) {
      JsonNode told =
          document
              .path("paths")
              .path(line.path())
              .path(line.method().toLowerCase(java.util.Locale.ROOT));
      String schema = told.at("/requestBody/content/application~1json/schema/$ref").asString("");
      String name = schema.substring(schema.lastIndexOf('/') + 1);
      all.add(
          new Operation(
              line,
              names(told, "query"),
              names(told, "header"),
              List.copyOf(
                  document
                      .path("components")
                      .path("schemas")
                      .path(name)
                      .path("properties")
                      .propertyNames())));
    }
    return all;
  }

  private static List<String> names(JsonNode operation, String in) {
    return operation
        .path("parameters")
        .valueStream()
        .filter(parameter -> parameter.path("in").asString().equals(in))
        .map(parameter -> parameter.path("name").asString())
        .toList();
  }

  private Operations() {}
}
