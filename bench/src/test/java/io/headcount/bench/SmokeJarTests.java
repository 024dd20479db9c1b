package io.headcount.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.bench.core.Way;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged benchmarks with everybody in them once; how fast they are is no matter here. */
class SmokeJarTests {
  /**
   * Some end the first process of a tree alone, and wait for the end of the others' output; some
   * are for other work, or leave children alive.
   */
  private static final String CANNOT =
      "none \\| (it waits for what it left alive|it keeps the|it speaks no HTTP|output goes to log"
          + " files|it left children alive|its memory is touched)";

  @TempDir private Path folder;

  @Test
  void everyContenderDoesAllItsWork() throws Exception {
    Path log = folder.resolve("log");
    Process bench =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--sun-misc-unsafe-memory-access=allow",
                "-jar",
                System.getProperty("bench.jar"),
                "--smoke",
                "--jar",
                System.getProperty("headcount.jar"),
                "--write",
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    int status = bench.waitFor();
    String said = Files.readString(log, StandardCharsets.UTF_8);
    assertThat(status).as(said).isZero();

    String results = Files.readString(folder.resolve("bench/RESULTS.md"));
    for (Way way : Way.values()) {
      assertThat(results).contains("| " + way.label() + " |");
    }
    assertThat(results.replaceAll(CANNOT, "")).as(said).doesNotContain("| none |");
    assertThat(results).doesNotContain(folder.toString());
    try (var plots = Files.list(folder.resolve("docs"))) {
      assertThat(plots.map(path -> path.getFileName().toString()))
          .containsAll(
              List.of(
                  "bench-spawning.svg", "bench-spawning-growth.svg", "bench-live-children.svg"));
    }
  }
}
