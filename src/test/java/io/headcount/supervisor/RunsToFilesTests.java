package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.ChildExit;
import io.headcount.child.ChildSpec.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose output goes to a file: they cost a descriptor, and end as others do. */
class RunsToFilesTests {
  private static final int CHILDREN = 100;

  @TempDir Path folder;

  private static void awaitText(Path file, String text) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(5))
        .until(() -> Files.exists(file) && Files.readString(file).contains(text));
  }

  @Test
  void hundredLiveChildrenThatWriteToAFileCostTheServiceOneDescriptorEach() {
    try (Supervised house = new Supervised()) {
      Path file = folder.resolve("log");
      RunSpec spec =
          Specs.toFile(new RunSpec.Command.Argv(List.of("sleep", "1000")), file, Limits.NONE);
      Supervised.launched(house.supervisor.start(spec));
      int before = Supervised.openDescriptors();

      List<Run> runs = new ArrayList<>();
      for (int i = 0; i < CHILDREN; i++) {
        runs.add(house.supervisor.start(spec));
      }
      runs.forEach(Supervised::launched);

      assertThat(house.supervisor.count(RunState.RUNNING)).isEqualTo(CHILDREN + 1);
      assertThat(Supervised.openDescriptors() - before).isEqualTo(CHILDREN);
      house.supervisor.cancelAll(Reason.MANUAL_CANCEL);
      runs.forEach(Supervised::exited);
      house.assertNothingLeft();
    }
  }

  @Test
  void whatIsWrittenOnSigtermAtTheStopOfTheServiceIsInTheFile() {
    Path file = folder.resolve("log");
    try (Supervised house = new Supervised()) {
      String line = "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.01; done";
      Run run = house.supervisor.start(Specs.toFile(Specs.shell(line), file, Limits.NONE));
      awaitText(file, "ready");

      house.supervisor.close();

      assertThat(run.view().reason()).isEqualTo(Reason.SHUTDOWN);
      assertThat(run.view().killEscalated()).isFalse();
      assertThat(run.view().exit()).extracting(ChildExit::code).isEqualTo(3);
    }
    assertThat(file).content().startsWith("ready\n").endsWith("bye\n");
  }

  @Test
  void limitOfFileSizesBoundsTheFileAndTheRunSaysSo() {
    Path file = folder.resolve("log");
    try (Supervised house = new Supervised()) {
      RunSpec.Command command =
          new RunSpec.Command.Argv(List.of("head", "-c", "2000000", "/dev/zero"));
      Limits limits = new Limits(null, null, null, null, 1L << 20, null, null);

      RunView view = Supervised.exited(house.supervisor.start(Specs.toFile(command, file, limits)));

      assertThat(view.exit()).extracting(ChildExit::signal).isEqualTo("SIGXFSZ");
      assertThat(view.limitReached()).isEqualTo("fileSizeBytes");
      assertThat(file.toFile().length()).isEqualTo(1L << 20);
    }
  }

  @Test
  void silenceOfACommandThatNobodyHearsEndsNothing() {
    Path file = folder.resolve("log");
    try (Supervised house = new Supervised(RunsToFilesTests::impatient)) {
      Run heard = house.shell("sleep 1000");
      Run unheard =
          house.supervisor.start(
              Specs.toFile(Specs.shell("sleep 1; echo done"), file, Limits.NONE));

      assertThat(Supervised.exited(heard).reason()).isEqualTo(Reason.NO_OUTPUT_TIMEOUT);
      assertThat(Supervised.exited(unheard).reason()).isEqualTo(Reason.EXIT);
      assertThat(unheard.view().noOutputTimeoutMs()).isZero();
      assertThat(file).hasContent("done\n");
    }
  }

  private static SupervisorSettings impatient(SupervisorSettings settings) {
    SupervisorSettings.Defaults plain = settings.defaults();
    return new SupervisorSettings(
        settings.bootId(),
        settings.workspace(),
        settings.maxLiveRuns(),
        settings.maxLiveRunsOfOne(),
        settings.maxQueuedRuns(),
        settings.descriptorBudgetPercent(),
        settings.pidBudgetPercent(),
        new SupervisorSettings.Defaults(
            plain.overallTimeout(),
            Duration.ofMillis(100),
            plain.queueTimeout(),
            plain.stopSignal(),
            plain.grace(),
            plain.retainBytes(),
            plain.noNewPrivs()),
        settings.retention());
  }
}
