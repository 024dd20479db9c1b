package io.headcount.child;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.ChildSpec.OutputFile;
import io.headcount.child.StartFailure.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Output that goes to a file is appended by the command itself; nothing of it is heard. */
interface OutputFileContract extends Contract {

  @Test
  default void bothStreamsAreAppendedInTheOrderInWhichTheyWereWritten() throws IOException {
    Path file = Files.writeString(bench().folder.resolve("log"), "before\n");

    TestRun run =
        bench()
            .run(
                Command.sh("echo 1; echo 2 >&2; echo 3; echo 4 >&2; exit 3")
                    .in(bench().folder)
                    .writingTo("log"));

    assertThat(file).hasContent("before\n1\n2\n3\n4\n");
    assertThat(run.exit().code()).isEqualTo(3);
    assertThat(run.out() + run.err()).isEmpty();
    assertThat(run.end().outputTruncated()).isFalse();
  }

  @Test
  default void fileIsMadeWhereTheCommandIsUnlessItsPathIsAbsolute() {
    Path absolute = bench().folder.resolve("absolute");

    bench().run(Command.of("echo", "here").in(bench().folder).writingTo("relative"));
    bench().run(Command.of("echo", "there").writingTo(absolute.toString()));

    assertThat(bench().folder.resolve("relative")).hasContent("here\n");
    assertThat(absolute).hasContent("there\n");
  }

  @Test
  default void childHasTheThreeStandardDescriptorsOnlyWhenItWritesToAFile() {
    Path file = bench().folder.resolve("log");

    bench().run(Command.sh("ls /proc/$$/fd; true").writingTo(file.toString()));

    assertThat(file).hasContent("0\n1\n2\n");
  }

  @Test
  default void noPipeIsOpenForAChildThatWritesToAFile() {
    Path file = bench().folder.resolve("log");
    TestRun run = bench().start(Command.sh("echo x; exec sleep 60").writingTo(file.toString()));
    Bench.await().untilAsserted(() -> assertThat(file).hasContent("x\n"));

    assertThat(bench().openPipes()).isZero();
    run.stop(Command.term(StopContract.LONG));
    assertThat(run.end()).isEqualTo(new ChildEnd(false, List.of(), false, false));
    assertThat(run.out()).isEmpty();
  }

  @Test
  default void stdinIsReadAllTheSameWhenOutputGoesToAFile() {
    Path file = bench().folder.resolve("log");
    TestRun run = bench().start(Command.of("cat").piped().writingTo(file.toString()));

    run.write("typed", false);
    Bench.await().untilAsserted(() -> assertThat(file).hasContent("typed"));
    assertThat(bench().openPipes()).isEqualTo(1);
    run.write(" and ended", true);

    run.end();
    assertThat(file).hasContent("typed and ended");
  }

  @Test
  default void treeThatWritesToAFileIsEndedAsAnyOther() throws IOException {
    Path file = bench().folder.resolve("log");
    TestRun run =
        bench()
            .start(
                Command.sh("trap '' TERM; sleep 60 & echo $!; while :; do sleep 1; done")
                    .writingTo(file.toString()));
    Bench.await().until(() -> Files.exists(file) && Files.readString(file).endsWith("\n"));
    long below = Long.parseLong(Files.readString(file).strip());

    run.stop(Command.term(Duration.ofMillis(200)));

    assertThat(run.end().escalated()).isTrue();
    assertThat(run.end().survivors()).isEmpty();
    assertThat(ProcessHandle.of(below)).matches(it -> it.isEmpty() || Bench.isDead(it.get()));
  }

  @Test
  default void fileThatCannotBeOpenedIsSaidAndTheCommandDoesNotRun() throws IOException {
    Path folder = bench().folder;
    Files.createDirectory(folder.resolve("directory"));
    Files.createFile(folder.resolve("plain"));
    Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));

    expect("missing/log", "ENOENT");
    expect("directory", "EISDIR");
    expect("plain/log", "ENOTDIR");
    expect("loop", "ELOOP");
    expect("x".repeat(300), "ENAMETOOLONG");
    assertThat(folder.resolve("ran")).doesNotExist();
  }

  /** Each would hold up a thread for ever that others need: more than there are such threads. */
  @Test
  default void fifoThatNobodyReadsHoldsNobodyUp() throws Exception {
    List<TestRun> stuck = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Path fifo = bench().folder.resolve("fifo" + i);
      assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
      stuck.add(bench().start(Command.of("true").writingTo(fifo.toString())));
    }
    assertThat(bench().run(Command.of("echo", "free")).out()).isEqualTo("free\n");

    for (TestRun run : stuck) {
      assertThat(run.failure().kind()).isEqualTo(Kind.BAD_OUTPUT);
      assertThat(run.failure().message()).contains("FIFO", "fifo");
    }
  }

  @Test
  default void fileStaysInItsRootWhateverLinksAreThere() throws IOException {
    Path root = Files.createDirectory(bench().folder.resolve("root")).toRealPath();
    Path inside = Files.createDirectory(root.resolve("inside"));
    Path outside = Files.createFile(bench().folder.resolve("outside"));
    Files.createSymbolicLink(inside.resolve("beside"), Path.of("../log"));
    Files.createSymbolicLink(inside.resolve("absolute"), outside.toAbsolutePath());
    Files.createSymbolicLink(inside.resolve("relative"), Path.of("../../outside"));
    Files.createSymbolicLink(inside.resolve("folder"), bench().folder);

    for (String kept : List.of("../log", "beside", root + "/log", "./log", root + "/inside/log")) {
      bench().run(Command.of("echo", kept).in(inside).writingTo(new OutputFile(kept, root)));
    }
    assertThat(root.resolve("log")).hasContent("../log\nbeside\n" + root + "/log\n");
    assertThat(inside.resolve("log")).hasContent("./log\n" + root + "/inside/log\n");
    for (String wrong :
        List.of(
            "absolute",
            "relative",
            "folder/outside",
            "../../outside",
            outside.toString(),
            root.toString(),
            root + "/../outside")) {
      Command command = Command.of("echo", "out").in(inside);
      StartFailure failure =
          bench().start(command.writingTo(new OutputFile(wrong, root))).failure();
      assertThat(failure.kind()).as(wrong).isEqualTo(Kind.BAD_OUTPUT);
      assertThat(failure.message()).contains(root.toString());
    }
    assertThat(outside).isEmptyFile();
  }

  private void expect(String file, String errno) {
    StartFailure failure =
        bench().start(Command.of("touch", "ran").in(bench().folder).writingTo(file)).failure();
    assertThat(failure.kind()).as(file).isEqualTo(Kind.BAD_OUTPUT);
    assertThat(failure.errno()).as(file).isEqualTo(errno);
    assertThat(failure.message()).contains(errno, bench().folder.resolve(file).toString());
  }
}
