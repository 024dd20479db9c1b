package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.ChildExit;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.ChildSpec.Stdin;
import io.headcount.child.StartFailure;
import io.headcount.output.StdStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Section 7: what a child gets, and nothing of the service's own. */
class WhatAChildGetsTests {
  @AutoClose private static final Supervised house = new Supervised();

  private static String outputOf(RunSpec spec) {
    Run run = house.supervisor.start(spec);
    RunView view = Supervised.exited(run);
    assertThat(view.exit()).as("%s %s", view, Supervised.stdout(run)).isNotNull();
    return Supervised.stdout(run);
  }

  @Test
  void descriptorsZeroOneAndTwoAndNoOthers() throws IOException {
    List<java.nio.channels.Channel> strangers = new java.util.ArrayList<>();
    for (int i = 0; i < 20; i++) {
      strangers.add(java.nio.channels.ServerSocketChannel.open());
    }
    String listed = outputOf(RunSpec.of(List.of("ls", "/proc/self/fd")));
    for (java.nio.channels.Channel stranger : strangers) {
      stranger.close();
    }

    // 3 is the folder that ls itself reads.
    assertThat(listed.lines().toList()).containsExactly("0", "1", "2", "3");
  }

  @Test
  void sessionAndGroupOfItsOwn() {
    String[] stat = outputOf(RunSpec.of(List.of("cat", "/proc/self/stat"))).split(" ", -1);

    assertThat(stat[4]).as("group").isEqualTo(stat[0]);
    assertThat(stat[5]).as("session").isEqualTo(stat[0]);
  }

  @Test
  void defaultSignalActionsAndAnEmptyMask() {
    String status = outputOf(RunSpec.of(List.of("cat", "/proc/self/status")));

    Map<String, String> fields =
        status
            .lines()
            .map(line -> line.split(":\\s*", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    assertThat(fields.get("SigBlk")).isEqualTo("0000000000000000");
    assertThat(fields.get("SigIgn")).isEqualTo("0000000000000000");
    assertThat(fields.get("SigCgt")).isEqualTo("0000000000000000");
  }

  @Test
  void smallEnvironmentWithNothingOfTheServicesOwn() {
    Map<String, @Nullable String> asked = new HashMap<>();
    asked.put("CI", "1");
    asked.put("HOME", null);
    asked.put("EMPTY", "");
    String listed =
        outputOf(
            Specs.with(
                new RunSpec.Command.Argv(List.of("env")),
                null,
                asked,
                new Stdin.Closed(),
                Limits.NONE));

    Map<String, String> env =
        listed
            .lines()
            .map(line -> line.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    assertThat(env).containsEntry("CI", "1").containsEntry("EMPTY", "").doesNotContainKey("HOME");
    assertThat(env.get("HEADCOUNT_RUN")).startsWith(house.bootId + ".run-");
    assertThat(env.keySet())
        .filteredOn(name -> !name.startsWith("LC_"))
        .isSubsetOf(Set.of("PATH", "USER", "LANG", "TZ", "TMPDIR", "CI", "EMPTY", "HEADCOUNT_RUN"));
  }

  @Test
  void workingDirectoryAskedFor(@TempDir Path folder) throws IOException {
    Path real = folder.toRealPath();
    String there =
        outputOf(
            Specs.with(
                new RunSpec.Command.Argv(List.of("pwd")),
                real.toString(),
                Map.of(),
                new Stdin.Closed(),
                Limits.NONE));

    assertThat(there.strip()).isEqualTo(real.toString());
    assertThat(outputOf(RunSpec.of(List.of("pwd"))).strip())
        .isEqualTo(Path.of("").toAbsolutePath().toRealPath().toString());
  }

  @Test
  void commandIsFoundInThePathOfTheRequest(@TempDir Path folder) throws IOException {
    Path tool = folder.resolve("my-tool");
    Files.writeString(tool, "#!/bin/sh\necho found\n");
    assertThat(tool.toFile().setExecutable(true)).isTrue();

    String found =
        outputOf(
            Specs.with(
                new RunSpec.Command.Argv(List.of("my-tool")),
                null,
                Map.of("PATH", "/nowhere:" + folder + ":/bin"),
                new Stdin.Closed(),
                Limits.NONE));

    assertThat(found).isEqualTo("found\n");
  }

  @Test
  void stdinIsAtItsEndAtOnce() {
    assertThat(outputOf(RunSpec.of(List.of("cat")))).isEmpty();
  }

  @Test
  void inlineStdinIsReadWholeAndThenEnds() {
    byte[] bytes = "0123456789\n".repeat(100_000).getBytes(StandardCharsets.UTF_8);

    String counted =
        outputOf(
            Specs.with(
                new RunSpec.Command.Argv(List.of("wc", "-c")),
                null,
                Map.of(),
                new Stdin.Inline(bytes),
                Limits.NONE));

    assertThat(counted.strip()).isEqualTo(Integer.toString(bytes.length));
  }

  @Test
  void raisedOomScore() throws IOException {
    int own = Integer.parseInt(Files.readString(Path.of("/proc/self/oom_score_adj")).strip());

    Run run = house.shellReady("echo ready; sleep 1000");
    String score =
        Files.readString(Path.of("/proc/" + run.view().pid() + "/oom_score_adj")).strip();
    house.supervisor.cancel(run.id(), null, null);

    assertThat(Integer.parseInt(score)).isEqualTo(Math.min(1000, own + 500));
  }

  @Test
  void limitsAskedFor() {
    Limits limits = new Limits(1L << 30, 100L, 64L, null, 1L << 20, null, null);
    String listed =
        outputOf(
            Specs.with(
                new RunSpec.Command.Shell("ulimit -n; ulimit -t; ulimit -v"),
                null,
                Map.of(),
                new Stdin.Closed(),
                limits));

    assertThat(listed.lines().toList()).containsExactly("64", "100", Integer.toString(1 << 20));
  }

  /** A hundred commands that do nothing but look: what came late would be missed by one of them. */
  @Test
  void allIsThereBeforeTheFirstInstruction() {
    Set<String> marks = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      List<String> seen =
          Arrays.asList(
              outputOf(
                      Specs.with(
                          new RunSpec.Command.Argv(
                              List.of(
                                  "grep",
                                  "-E",
                                  "^Max (open files|file locks|core)",
                                  "/proc/self/limits")),
                          null,
                          Map.of(),
                          new Stdin.Closed(),
                          new Limits(null, null, 64L, null, null, null, null)))
                  .split(" *\n|  +", -1));

      assertThat(seen).containsSubsequence("Max core file size", "0", "0");
      assertThat(seen).containsSubsequence("Max open files", "64", "64", "files");
      marks.add(seen.get(seen.indexOf("Max file locks") + 1));
    }
    assertThat(marks).as("each run's mark is its own").hasSize(100).doesNotContain("unlimited");
  }

  /** The child's ends have high numbers then, and stand for low ones while it starts. */
  @Test
  void outputIsWholeAndNothingElseIsOpenWhenManyDescriptorsAre() throws IOException {
    List<java.nio.channels.Channel> many = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      many.add(java.nio.channels.FileChannel.open(Path.of("/dev/null")));
    }
    try {
      for (int i = 0; i < 20; i++) {
        Run run =
            house.supervisor.start(
                Specs.with(
                    new RunSpec.Command.Shell("cat; ls /proc/self/fd >&2"),
                    null,
                    Map.of(),
                    new Stdin.Inline("in".getBytes(StandardCharsets.UTF_8)),
                    Limits.NONE));
        assertThat(Supervised.exited(run).exit()).extracting(ChildExit::code).isEqualTo(0);
        assertThat(Supervised.stdout(run)).isEqualTo("in");
        assertThat(Supervised.text(run, StdStream.STDERR)).isEqualTo("0\n1\n2\n3\n");
      }
    } finally {
      for (java.nio.channels.Channel one : many) {
        one.close();
      }
    }
    house.assertNothingLeft();
  }

  @Test
  void limitThatCannotBeGivenIsRefusedAndTheCommandDoesNotRunOn() {
    Limits tooMany = new Limits(null, null, 1L << 50, null, null, null, null);
    Run run =
        house.supervisor.start(
            Specs.with(
                new RunSpec.Command.Shell("sleep 1000"),
                null,
                Map.of(),
                new Stdin.Pipe(),
                tooMany));

    RunView view = Supervised.exited(run);

    assertThat(view.reason()).isEqualTo(Reason.SPAWN_ERROR);
    assertThat(view.failure())
        .extracting(StartFailure::kind, StartFailure::errno)
        .containsExactly(StartFailure.Kind.PERMISSION, "EPERM");
    assertThat(view.failure().message()).contains("limits.openFiles");
    house.assertNothingLeft();
  }

  @Test
  void fileSizeLimitBites(@TempDir Path folder) {
    Run run =
        house.supervisor.start(
            Specs.with(
                new RunSpec.Command.Shell("head -c 2000000 /dev/zero > big"),
                folder.toString(),
                Map.of(),
                new Stdin.Closed(),
                new Limits(null, null, null, null, 1L << 20, null, null)));

    RunView view = Supervised.exited(run);

    assertThat(folder.resolve("big").toFile().length()).isEqualTo(1L << 20);
    assertThat(view.exit()).extracting(ChildExit::code).isNotEqualTo(0);
  }

  @Test
  void shellOnlyWhenAskedFor() {
    assertThat(outputOf(RunSpec.of(List.of("echo", "$HOME", ";", "*")))).isEqualTo("$HOME ; *\n");
    assertThat(outputOf(RunSpec.of(new RunSpec.Command.Shell("echo $((1+1))")))).isEqualTo("2\n");
  }
}
