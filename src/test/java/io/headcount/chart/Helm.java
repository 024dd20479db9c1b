package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the real helm on the chart of this project. */
public final class Helm {

  /** How one call ended: its exit code, and all it wrote. */
  public record Answer(int exitCode, String output) {}

  static Path chart() {
    return Path.of(property("headcount.chart"));
  }

  /** The option that takes the values of this file of the chart. */
  static String values(String file) {
    return "--values=" + chart().resolve(file);
  }

  /** The chart as a cluster would get it; {@code options} are helm's, {@code --set} and its kin. */
  public static Manifests template(String... options) {
    Answer answer = tryTemplate(options);
    assertThat(answer.exitCode()).as(answer.output()).isZero();
    return Manifests.parse(answer.output());
  }

  static Answer tryTemplate(String... options) {
    List<String> arguments = new ArrayList<>(List.of("template", "demo", chart().toString()));
    arguments.addAll(List.of(options));
    return run(arguments);
  }

  static Answer run(List<String> arguments) {
    Path helm = Path.of(property("headcount.helm"));
    if (!Files.isExecutable(helm)) {
      fail("%s is not there or not executable: `make test` installs it", helm);
    }
    List<String> command = new ArrayList<>(List.of(helm.toString()));
    command.addAll(arguments);
    return run(command, "");
  }

  /** Runs any command that has little to read. */
  static Answer run(List<String> command, String input) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (OutputStream stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Answer(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + command, e);
    }
  }

  static String property(String name) {
    String value = System.getProperty(name);
    assertThat(value).as("the system property %s, which the build sets", name).isNotNull();
    return value;
  }

  private Helm() {}
}
