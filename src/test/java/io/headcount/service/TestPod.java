package io.headcount.service;

import io.headcount.chart.Manifests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The pod of {@code helm test}: its script, run on this machine. */
final class TestPod {

  /** How it ended, and all it wrote. */
  record Said(int exitCode, String text) {}

  static List<String> command(Manifests chart) {
    return chart.testPod().getContainers().getFirst().getCommand();
  }

  /** Runs the script against this port, with the variables that the chart gives it. */
  static Said run(List<String> command, int port, String token)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("SERVICE", "localhost");
    builder.environment().put("PORT", Integer.toString(port));
    builder.environment().put("TOKEN", token);
    builder.environment().put("WAIT", "10");
    Process running = builder.start();
    String text = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(running.waitFor(), text);
  }

  private TestPod() {}
}
