package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's commands, typed as they stand there, do what it says. Needs curl. */
@Timeout(120)
class ReadmeJarTests {

  @Test
  void firstRunIsStartedFollowedAndCancelled(@TempDir Path folder) throws Exception {
    try (ServiceProcess service = ServiceProcess.start(folder, Map.of())) {
      String printed = type(service, folder, blocks().get(1));

      assertThat(printed)
          .contains("\"state\":\"running\"")
          .contains("tick 1\n")
          .contains("bye\n")
          .contains("\"state\":\"exited\",\"reason\":\"manual-cancel\",\"exitCode\":3");
      assertThat(service.carriers()).isEmpty();
    }
  }

  @Test
  void whatOneTypesOftenWorks(@TempDir Path folder) throws Exception {
    try (ServiceProcess service = ServiceProcess.start(folder, Map.of())) {
      String printed = type(service, folder, blocks().get(2));

      assertThat(printed)
          .contains("\"stdout\":\"Linux ")
          .contains("\"accepted\":4")
          .contains("a\nb\n")
          .contains("\"items\":[]")
          .contains("\"liveChildren\"")
          .contains("\"matched\":0");
    }
  }

  @Test
  void firstScreenShowsTheTwoCommandsThatTheMakefileHas() throws Exception {
    assertThat(blocks().get(0)).contains("make run", "make test");
    assertThat(Files.readString(Path.of("Makefile"))).contains("\nrun:", "\ntest:");
  }

  private static List<String> blocks() throws Exception {
    return Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL)
        .matcher(Files.readString(Path.of("README.md")))
        .results()
        .map(block -> block.group(1))
        .toList();
  }

  /**
   * Runs a block in bash, waits for what it left in the background, and returns what it printed.
   */
  private static String type(ServiceProcess service, Path folder, String block) throws Exception {
    Path script = folder.resolve("typed.sh");
    Path printed = folder.resolve("printed");
    Files.writeString(
        script,
        "set -e -o pipefail\n"
            + block
                .replace("localhost:8080", "localhost:" + service.port())
                .replace("localhost:8081", "localhost:" + service.managementPort())
            + "\nwait\n");
    Process bash =
        new ProcessBuilder("bash", script.toString())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String text = Files.readString(printed);
    assertThat(bash.exitValue()).as(text).isZero();
    return text;
  }
}
