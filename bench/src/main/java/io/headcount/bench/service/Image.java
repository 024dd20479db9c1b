package io.headcount.bench.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import io.headcount.bench.core.Jvm;

/**
 * The service as the image has it: the jar taken apart, and the AOT cache (JEP 483, 514) trained
 * with the options of the Dockerfile.
 */
final class Image {
  private static final List<String> FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:MaxRAMPercentage=30",
          "-XX:+ExitOnOutOfMemoryError",
          "--enable-native-access=ALL-UNNAMED");

  private final Path jar;
  private final Path cache;

  private Image(Path jar) {
    this.jar = jar;
    this.cache = jar.resolveSibling("headcount.aot");
  }

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
    java(
        List.of(
            "-Djarmode=tools",
            "-jar",
            packaged.toString(),
            "extract",
            "--destination",
            folder.toString(),
            "--force"));
    Image image = new Image(folder.resolve(packaged.getFileName()));
    List<String> training = new ArrayList<>(FLAGS);
    training.addAll(
        List.of(
            "-XX:AOTCacheOutput=" + image.cache,
            "-Dspring.context.exit=onRefresh",
            "-jar",
            image.jar.toString(),
            "--server.port=0",
            "--management.server.port=0"));
    java(training);
    return image;
  }

  /** The command that starts it, to which options of the service may be added. */
  List<String> command(boolean cached) {
    List<String> command = new ArrayList<>(List.of(Jvm.java()));
    command.addAll(FLAGS);
    if (cached) {
      command.addAll(List.of("-XX:AOTCache=" + cache, "-XX:AOTMode=on"));
    }
    command.addAll(List.of("-jar", jar.toString()));
    return command;
  }

  private static void java(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Jvm.java()));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException(command + " failed:\n" + said);
    }
  }
}
