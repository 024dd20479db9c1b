package io.headcount.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The two C programs, compiled on the spot with gcc: the static no-op that every contender spawns,
 * and the loop that spawns it without any Java. They live in a folder of their own until closed.
 */
public final class Programs implements AutoCloseable {
  private static final String NOOP_PROPERTY = "headcount.bench.noop";

  private final Path folder;

  private Programs(Path folder) {
    this.folder = folder;
  }

  /**
   * Compiles them.
   *
   * @param libc whether the no-op is an ordinary static program, whose libc starts before it ends
   */
  static Programs compile(boolean libc) throws IOException, InterruptedException {
    Programs programs = new Programs(Files.createTempDirectory("headcount-bench-"));
    try {
      if (libc) {
        programs.gcc("noop", "-static");
      } else {
        programs.gcc("noop", "-static", "-nostdlib", "-DBARE");
      }
      programs.gcc("spawn_loop", "-pthread");
      return programs;
    } catch (IOException | InterruptedException | RuntimeException e) {
      programs.close();
      throw e;
    }
  }

  Path noop() {
    return folder.resolve("noop");
  }

  Path spawnLoop() {
    return folder.resolve("spawn_loop");
  }

  /** Tells a JVM that is started with this flag where the no-op is. */
  String noopFlag() {
    return "-D" + NOOP_PROPERTY + "=" + noop();
  }

  /**
   * The no-op that {@link #noopFlag} named, or else {@code /bin/true}, which costs a little more.
   */
  static String namedNoop() {
    return System.getProperty(NOOP_PROPERTY, "/bin/true");
  }

  private void gcc(String name, String... flags) throws IOException, InterruptedException {
    gcc(folder, name, name, flags);
  }

  /**
   * Compiles a C program of this jar.
   *
   * @param folder into which it goes, and its source
   * @param name of the source, without its suffix
   * @param program the name it gets
   * @return the program
   */
  public static Path gcc(Path folder, String name, String program, String... flags)
      throws IOException, InterruptedException {
    Path source = folder.resolve(program + ".c");
    try (InputStream text = Programs.class.getResourceAsStream("/c/" + name + ".c")) {
      if (text == null) {
        throw new IllegalStateException("/c/" + name + ".c is not in the jar");
      }
      Files.copy(text, source);
    }
    List<String> command = new ArrayList<>(List.of("gcc", "-O2", "-Wall", "-Wextra"));
    command.addAll(List.of(flags));
    command.addAll(List.of("-o", folder.resolve(program).toString(), source.toString()));
    Process gcc;
    try {
      gcc = new ProcessBuilder(command).inheritIO().start();
    } catch (IOException e) {
      throw new IOException(
          "gcc is needed to compile the no-op child and the C loop (Debian: gcc libc6-dev)", e);
    }
    int status = gcc.waitFor();
    if (status != 0) {
      throw new IOException(String.join(" ", command) + " failed with exit status " + status);
    }
    return folder.resolve(program);
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
