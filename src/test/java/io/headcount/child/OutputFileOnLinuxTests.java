package io.headcount.child;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.ChildSpec.Confinement;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.ChildSpec.Sandbox;
import io.headcount.child.StartFailure.Kind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Output to a file on Linux: what the child opens, and what it does not. */
@Timeout(60)
class OutputFileOnLinuxTests extends OnLinux {
  private static final int O_ACCMODE = 03;
  private static final int O_WRONLY = 01;
  private static final int O_APPEND = 02000;
  private static final int O_NONBLOCK = 04000;

  private Command writing(String... argv) {
    return Command.of(argv).in(folder).writingTo("log");
  }

  private StartFailure refusal(String file) {
    StartFailure failure = bench.start(Command.of("true").in(folder).writingTo(file)).failure();
    assertThat(failure.kind()).as(file).isEqualTo(Kind.BAD_OUTPUT);
    return failure;
  }

  @Test
  void descriptionIsAnOrdinaryOneThatAppends() throws IOException {
    bench.run(writing("sed", "-n", "s/^flags:\t//p", "/proc/self/fdinfo/1", "/proc/self/fdinfo/2"));

    for (String flags : Files.readAllLines(folder.resolve("log"))) {
      assertThat(Integer.parseInt(flags, 8) & (O_ACCMODE | O_APPEND | O_NONBLOCK))
          .isEqualTo(O_WRONLY | O_APPEND);
    }
    assertThat(folder.resolve("log")).isNotEmptyFile();
  }

  @Test
  void liveChildrenThatWriteToAFileHoldAPidfdEachAndNothingElse() {
    Map<String, Long> before = adapter.openDescriptors();
    List<TestRun> runs = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      runs.add(bench.start(writing("sleep", "60")));
    }
    runs.forEach(TestRun::child);

    Map<String, Long> now = adapter.openDescriptors();
    before.forEach((kind, count) ->
        assertThat(now.get(kind) - count).as(kind).isEqualTo(kind.equals("pidfd") ? 100 : 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/dev/null", "/dev/./null"})
  void deviceThatTakesAllIsTaken(String device) {
    assertThat(bench.run(Command.of("echo", "x").writingTo(device)).exit().code()).isZero();
  }

  @Test
  void commandIsToldThatTheDiskIsFull() {
    TestRun run = bench.run(Command.sh("echo x || exit 9").writingTo("/dev/full"));

    assertThat(run.exit().code()).isEqualTo(9);
  }

  @Test
  void fifoThatIsReadAndTerminalAreNoFiles() throws Exception {
    Path fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    try (RandomAccessFile _ = new RandomAccessFile(fifo.toFile(), "rw")) {
      assertThat(refusal("fifo").errno()).isEqualTo("ESPIPE");
    }
    TestRun terminal = bench.start(Command.sh("tty; exec sleep 60").onTerminal());
    terminal.awaitOut("\n");
    assertThat(refusal(terminal.out().strip()).errno()).isEqualTo("ESPIPE");
  }

  /** Before its exec a child shares it; who is not root may not open it either. */
  @ParameterizedTest
  @ValueSource(strings = {"/proc/self/mem", "/proc/thread-self/mem", "/proc/PID/mem", "link"})
  void memoryOfTheServiceIsNoFile(String file) throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), Path.of("/proc/self/mem"));

    String errno =
        refusal(file.replace("PID", Long.toString(ProcessHandle.current().pid()))).errno();

    assertThat(errno).isIn("EINVAL", "EACCES");
  }

  @Test
  void descriptorsAreNoWayToAFile() {
    assertThat(refusal("/proc/self/fd/0").errno()).isEqualTo("ELOOP");
    assertThat(refusal("/dev/fd/2").errno()).isEqualTo("ENOENT");
    assertThat(refusal("/proc/self/cwd/log").errno()).isEqualTo("ELOOP");
  }

  @Test
  void fileUnderALeaseHoldsNobodyUpNeedsPython() throws Exception {
    Path file = Files.createFile(folder.resolve("log"));
    String lease =
        "import fcntl, os, signal, sys; signal.signal(signal.SIGIO, signal.SIG_IGN);"
            + " f = os.open('log', os.O_RDWR); fcntl.fcntl(f, fcntl.F_SETLEASE, fcntl.F_WRLCK);"
            + " print('held', flush=True); sys.stdin.read()";
    TestRun holder = bench.start(Command.of("python3", "-c", lease).in(folder).piped());
    holder.awaitOut("held");

    assertThat(refusal("log").errno()).isEqualTo("EAGAIN");
    assertThat(file).isEmptyFile();
  }

  @Test
  void limitOfDescriptorsLeavesRoomForTheFileFromThreeOn() {
    Limits two = new Limits(null, null, 2L, null, null, null, null);
    Limits three = new Limits(null, null, 3L, null, null, null, null);

    StartFailure failure = bench.start(writing("true").limited(two)).failure();
    assertThat(failure.kind()).isEqualTo(Kind.BAD_OUTPUT);
    assertThat(failure.message()).contains("limits.openFiles");
    TestRun run = bench.run(writing("true").limited(three));
    assertThat(run.exit().code()).isNotNull(); // its loader needs one more, and says so
    assertThat(folder.resolve("log")).content().contains("error while loading");
  }

  @Test
  void sandboxBoundsTheFileAsItBoundsTheCommand() {
    Confinement confinement = new Confinement(false, null, null, new Sandbox(false, folder));
    Path outside = Path.of("/var/tmp/headcount-outside");

    StartFailure failure =
        bench.start(writing("true").confined(confinement).writingTo(outside.toString())).failure();
    assertThat(failure.errno()).isEqualTo("EROFS");
    assertThat(outside).doesNotExist();

    bench.run(writing("echo", "inside").confined(confinement));
    assertThat(folder.resolve("log")).hasContent("inside\n");
    bench.run(writing("true").confined(confinement).writingTo("/tmp/headcount-own"));
    assertThat(Path.of("/tmp/headcount-own")).doesNotExist();
  }

  @Test
  void keptProcessWritesOnAfterTheEnd() throws IOException {
    Path go = folder.resolve("go");
    TestRun run =
        bench.start(
            Command.sh("(until [ -e go ]; do sleep 0.01; done; echo late) & echo early")
                .in(folder)
                .keeping()
                .writingTo("log"));

    assertThat(run.end().kept()).isTrue();
    assertThat(run.end().outputTruncated()).isFalse();
    Files.createFile(go);
    run.keptEnd();
    assertThat(folder.resolve("log")).hasContent("early\nlate\n");
  }

  @Test
  void nothingIsLeftOfThreeHundredThatWereRefused() {
    Map<String, Long> before = adapter.openDescriptors();
    for (int i = 0; i < 300; i++) {
      refusal(i % 2 == 0 ? "missing/log" : "/proc/self/mem");
    }
    assertThat(adapter.openDescriptors()).isEqualTo(before);
  }
}
