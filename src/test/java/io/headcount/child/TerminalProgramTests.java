package io.headcount.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Terminals on Linux, with the programs that people use them for. */
@Timeout(60)
class TerminalProgramTests extends OnLinux {

  private TestRun shell() {
    TestRun run =
        bench.start(
            Command.of("bash", "--norc", "--noprofile", "-i")
                .with(Map.of("PATH", "/usr/bin:/bin", "PS1", "$ ", "HISTFILE", ""))
                .onTerminal());
    run.awaitOut("$ ");
    return run;
  }

  private static void type(TestRun run, String keys) {
    assertThat(run.write(keys, false).accepted()).isEqualTo(keys.length());
  }

  @Test
  void shellControlsItsJobs() {
    TestRun run = shell();
    type(run, "sleep 1000\n");
    awaitCommands(run, "sleep 1000");

    type(run, "\u001a"); // ^Z
    run.awaitOut("Stopped");
    type(run, "fg; echo status $?\n");
    Bench.await()
        .until(() ->
            run.processes().stream()
                .anyMatch(p -> p.command().equals("sleep 1000") && !"T".equals(p.state())));
    type(run, "\u0003"); // ^C, which takes the rest of the line with it
    Bench.await()
        .until(() -> run.processes().stream().noneMatch(p -> p.command().startsWith("sleep")));
    type(run, "echo $((6*7))\n");
    run.awaitOut("42");
    type(run, "exit 5\n");
    run.end();

    assertThat(run.exit().code()).isEqualTo(5);
  }

  @Test
  void jobsInGroupsOfTheirOwnEndWithTheShell() {
    TestRun run = shell();
    type(run, "sleep 1001 & sleep 1002 | sleep 1003 &\n");
    awaitCommands(run, "sleep 1001", "sleep 1002", "sleep 1003");
    List<ProcessHandle> jobs =
        run.processes().stream().flatMap(p -> ProcessHandle.of(p.pid()).stream()).toList();

    run.stop(Command.term(Duration.ofSeconds(20)));
    ChildEnd end = run.end();

    assertThat(end.survivors()).isEmpty();
    assertThat(end.escalated()).isFalse(); // the shell ignores SIGTERM, and obeys the hang-up
    assertThat(run.exit().signal()).isEqualTo("SIGHUP");
    assertThat(jobs).hasSize(4).allMatch(Bench::isDead);
  }

  @Test
  void editorNeedsVi() throws Exception {
    Path file = folder.resolve("text");
    TestRun run = bench.start(Command.of("vi", "-u", "NONE", "-n", file.toString()).onTerminal());
    run.awaitOut("\u001b[");
    type(run, "ihello");
    type(run, "\u001b");
    type(run, ":wq\r");
    run.end();

    assertThat(Files.readString(file)).isEqualTo("hello\n");
  }

  @Test
  void topFillsTheTerminalNeedsProcps() {
    TestRun run = bench.start(Command.of("top", "-d", "1").onTerminal());
    run.awaitOut("PID");
    type(run, "q");
    run.end();

    assertThat(run.exit().code()).isZero();
  }

  private static void awaitCommands(TestRun run, String... commands) {
    Bench.await()
        .until(() ->
            run.processes().stream()
                .map(ProcessInfo::command)
                .collect(Collectors.toSet())
                .containsAll(List.of(commands)));
  }
}
