package io.headcount.bench.core;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The programs in C, compiled on the spot with gcc: what the contenders start, and the floor. They
 * live in a folder of their own until closed.
 */
public final class Programs implements AutoCloseable {
  private static final String[] BARE = {"-static", "-nostdlib", "-fno-stack-protector"};

  private final Path folder;

  private Programs(Path folder) {
    this.folder = folder;
  }

  static Programs compile() throws IOException, InterruptedException {
    Programs programs = new Programs(Files.createTempDirectory("headcount-bench-"));
    try {
      programs.gcc("noop", "noop", BARE[0], BARE[1], BARE[2], "-DBARE");
      programs.gcc("noop", "noop-libc", "-static");
      programs.gcc("idle", "idle", BARE);
      programs.gcc("tree", "tree", "-static");
      programs.gcc("floor", "floor", "-pthread");
      return programs;
    } catch (IOException | InterruptedException | RuntimeException e) {
      programs.close();
      throw e;
    }
  }

  /** Does nothing, without a libc that would have to start first. */
  Path noop() {
    return folder.resolve("noop");
  }

  /** The same, an ordinary static program. */
  Path noopLibc() {
    return folder.resolve("noop-libc");
  }

  /** Lives until it is told to end. */
  Path idle() {
    return folder.resolve("idle");
  }

  /** Makes a tree of processes. */
  Path tree() {
    return folder.resolve("tree");
  }

  Path floor() {
    return folder.resolve("floor");
  }

  /** A file that is not there yet. */
  Path fresh(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.deleteIfExists(file);
    return file;
  }

  private void gcc(String from, String name, String... flags)
      throws IOException, InterruptedException {
    gcc(folder, from, name, flags);
  }

  /**
   * Compiles a C program of this jar.
   *
   * @param folder into which it goes, and its source
   * @param from the source, without its suffix
   * @return the program
   */
  public static Path gcc(Path folder, String from, String name, String... flags)
      throws IOException, InterruptedException {
    Path source = folder.resolve(name + ".c");
    try (InputStream text = Programs.class.getResourceAsStream("/c/" + from + ".c")) {
      if (text == null) {
        throw new IllegalStateException("/c/" + from + ".c is not in the jar");
      }
      Files.copy(text, source);
    }
    List<String> command = new ArrayList<>(List.of("gcc", "-O2", "-Wall", "-Wextra"));
    command.addAll(List.of(flags));
    command.addAll(List.of("-o", folder.resolve(name).toString(), source.toString()));
    Process gcc;
    try {
      gcc = new ProcessBuilder(command).inheritIO().start();
    } catch (IOException e) {
      throw new IOException(
          "gcc is needed to compile the children and the C loop (Debian: gcc libc6-dev)", e);
    }
    int status = gcc.waitFor();
    if (status != 0) {
      throw new IOException(String.join(" ", command) + " failed with exit status " + status);
    }
    return folder.resolve(name);
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
