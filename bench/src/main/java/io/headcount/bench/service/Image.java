package io.headcount.bench.service;

import io.headcount.bench.core.Jvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The service as the image has it: the jar taken apart, the AOT cache (JEP 483, 514, 515) trained by
 * the script that trains the image's, and the options that the Dockerfile sets for the JVM.
 *
 * @param jar the service, its libraries beside it
 * @param environment what the image sets for its JVM
 */
record Image(Path jar, Path cache, Map<String, String> environment) {
  private static final Pattern VARIABLE =
      Pattern.compile("\\b(JDK_JAVA_OPTIONS|MALLOC_ARENA_MAX)=(?:\"([^\"]*)\"|(\\S+))");

  /**
   * Takes the jar apart and trains the cache.
   *
   * @param folder an empty one
   */
  static Image of(Path packaged, Path folder) throws IOException, InterruptedException {
    if (!Files.isReadable(packaged)) {
      throw new IOException(
          "expected the service at " + packaged + "; build it with make build, or name it with --jar");
    }
    finish(
        new ProcessBuilder(
            Jvm.java(),
            "-Djarmode=tools",
            "-jar",
            packaged.toString(),
            "extract",
            "--destination",
            folder.toString(),
            "--force"));
    Path project = Folders.ofProject();
    Path jar = folder.resolve(packaged.getFileName());
    Path cache = folder.resolve("headcount.aot");
    Image image = new Image(jar, cache, variables(project.resolve("Dockerfile")));
    ProcessBuilder training =
        new ProcessBuilder(
            project.resolve("scripts/train-aot").toString(), jar.toString(), cache.toString());
    training.environment().putAll(image.environment);
    training.environment().put("JAVA_HOME", Path.of(Jvm.java()).resolve("../..").normalize().toString());
    finish(training);
    return image;
  }

  private static Map<String, String> variables(Path dockerfile) throws IOException {
    Map<String, String> found = new HashMap<>();
    Matcher variable = VARIABLE.matcher(Files.readString(dockerfile).replace("\\\n", ""));
    while (variable.find()) {
      String quoted = variable.group(2);
      found.put(variable.group(1), quoted == null ? variable.group(3) : quoted);
    }
    if (found.size() != 2) {
      throw new IOException("expected the JVM's options in " + dockerfile + ", found " + found);
    }
    return found;
  }

  /** The command that starts it, to which options of the service may be added. */
  List<String> command(boolean cached) {
    List<String> command = new ArrayList<>(List.of(Jvm.java()));
    if (cached) {
      command.addAll(List.of("-XX:AOTCache=" + cache, "-XX:AOTMode=on"));
    }
    command.addAll(List.of("-jar", jar.toString()));
    return command;
  }

  private static void finish(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(builder.command() + " failed:\n" + said);
    }
  }
}
