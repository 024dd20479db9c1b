package io.headcount.service;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/** What the image's {@code HEALTHCHECK} runs, out of the Dockerfile. */
final class ImageHealthCheck {
  private static final Pattern CHECK =
      Pattern.compile("^HEALTHCHECK .* CMD (\\[[^\\n]*\\])$", Pattern.MULTILINE);

  private ImageHealthCheck() {}

  /** Asks a service by its management port, and returns the exit code. */
  static int run(int port) throws Exception {
    String file = Files.readString(Path.of("Dockerfile")).replace("\\\n", "");
    String command =
        CHECK
            .matcher(file)
            .results()
            .map((MatchResult found) -> found.group(1))
            .findFirst()
            .orElseThrow();
    List<String> words = List.of(new JsonMapper().readValue(command, String[].class));
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().put("HEADCOUNT_MANAGEMENT_PORT", Integer.toString(port));
    return builder.start().waitFor();
  }
}
