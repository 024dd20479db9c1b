package io.headcount.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of docs/security.md: every operation that the service has. */
final class AccessTable {
  private static final Pattern LINE =
      Pattern.compile(
          "\\| `([A-Z]+) (/\\S*)` \\| (yes|no) \\| (yes|no) \\| (yes|no|own) \\| (yes|no) \\|.*");

  /** An operation, and by caller whether it is let in. */
  record Line(String method, String path, Map<String, String> cells) {
    String operation() {
      return method + " " + path;
    }

    boolean isManagement() {
      return path.startsWith("/actuator");
    }

    /** The path with an id in it. */
    String path(String id) {
      return path.replace("{id}", id).replace("{code}", "validation").replace("/{*path}", "");
    }
  }

  static List<Line> lines() throws IOException {
    List<Line> lines = new ArrayList<>();
    for (String text : Files.readAllLines(Path.of("docs/security.md"))) {
      Matcher line = LINE.matcher(text);
      if (line.matches()) {
        lines.add(
            new Line(
                line.group(1),
                line.group(2),
                Map.of(
                    "nobody", line.group(3),
                    "viewer", line.group(4),
                    "runner", line.group(5),
                    "admin", line.group(6))));
      }
    }
    return lines;
  }

  private AccessTable() {}
}
