package io.headcount.bench.core;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A measurement in a JVM of its own, so that none inherits what another has warmed up or left. */
public final class Jvm {
  private Jvm() {}

  /** The program of this JVM. */
  public static String java() {
    return ProcessHandle.current().info().command().orElse("java");
  }

  /** What starts the main of a class of this jar. */
  public static List<String> command(Class<?> main, List<String> flags, String... args) {
    List<String> command = new ArrayList<>(List.of(java()));
    command.addAll(flags);
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    command.addAll(List.of(args));
    return command;
  }

  /**
   * Runs the main of a class of this jar.
   *
   * @return what it printed
   */
  public static String run(Class<?> main, List<String> flags, String... args)
      throws IOException, InterruptedException {
    Process jvm =
        new ProcessBuilder(command(main, flags, args))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String answer = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    int status = jvm.waitFor();
    if (status != 0) {
      throw new IOException(
          main.getSimpleName() + " " + List.of(args) + " failed with exit status " + status);
    }
    return answer;
  }
}
