package io.headcount.child.linux.libc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** C compilers for this machine and for the processors we know. */
public final class Compilers {
  private Compilers() {}

  /** Makes a program for this machine of a source in {@code src/test/c}. */
  public static Path build(String source, Path program) throws Exception {
    String said =
        run(
            List.of("gcc"),
            List.of(
                "-O1",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-pthread",
                "-o",
                program.toString(),
                "src/test/c/" + source));
    if (!said.isEmpty()) {
      throw new AssertionError(source + ": " + said);
    }
    return program;
  }

  /** What is called, the first that is here. */
  static List<String> of(Arch arch) {
    return switch (arch) {
      case X86_64 -> List.of("x86_64-linux-gnu-gcc", "gcc");
      case AARCH64 -> List.of("aarch64-linux-gnu-gcc");
    };
  }

  static List<String> objcopy(Arch arch) {
    return switch (arch) {
      case X86_64 -> List.of("x86_64-linux-gnu-objcopy", "objcopy");
      case AARCH64 -> List.of("aarch64-linux-gnu-objcopy");
    };
  }

  /** What the first compiler that is here says; empty if it was content. */
  static String run(List<String> compilers, List<String> arguments) throws Exception {
    for (String compiler : compilers) {
      List<String> command = new ArrayList<>(List.of(compiler));
      command.addAll(arguments);
      try {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? "" : said + "exit " + process.exitValue();
      } catch (IOException e) {
        // Not here under this name; the next one may be.
      }
    }
    throw new AssertionError(
        "none of " + compilers + " is on the PATH; scripts/install-tools installs them");
  }
}
