package io.headcount.child;

import static io.headcount.child.AdapterException.STDIN_ACCEPTED_BEFORE_THE_PIPE;
import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.Child.StdinResult;
import io.headcount.child.ChildSpec.Stdin;
import io.headcount.output.StdStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Standard input is closed, or given, or a pipe that pushes back; its end is not the run's. */
interface StdinContract extends Contract {
  StdinResult REFUSED = new StdinResult(0, false);

  @Test
  default void endOfFileIsReadAtOnceWhenStdinIsClosed() {
    TestRun run = bench().run(Command.sh("cat; echo end"));

    assertThat(run.out()).isEqualTo("end\n");
  }

  @Test
  default void writeIsRefusedWhenStdinIsClosed() {
    TestRun run = bench().start(Command.of("sleep", "60"));

    assertThat(run.ask(Child::stdinOpen)).isFalse();
    assertThat(run.write("a", false)).isEqualTo(REFUSED);
  }

  @Test
  default void givenBytesAreReadWhole() {
    byte[] given = bytes(1 << 20);

    TestRun run = bench().run(Command.of("cat").reading(new Stdin.Inline(given)));

    assertThat(run.bytes(StdStream.STDOUT)).isEqualTo(given);
    assertThat(run.exit().code()).isZero();
    run.awaitStdinClosed();
  }

  @Test
  default void endOfFileIsReadAtOnceWhenTheGivenBytesAreNone() {
    TestRun run = bench().run(Command.sh("cat; echo end").reading(new Stdin.Inline(new byte[0])));

    assertThat(run.out()).isEqualTo("end\n");
  }

  @Test
  default void runEndsWhenNobodyReadsTheGivenBytes() {
    TestRun run = bench().run(Command.of("true").reading(new Stdin.Inline(bytes(1 << 20))));

    assertThat(run.exit().code()).isZero();
    assertThat(run.end().outputTruncated()).isFalse();
  }

  @Test
  default void pipeDeliversEachWriteAndTheEnd() {
    TestRun run = bench().start(Command.of("cat").piped());

    assertThat(run.write("one ", false)).isEqualTo(new StdinResult(4, true));
    run.awaitOut("one ");
    assertThat(run.ask(Child::stdinOpen)).isTrue();
    assertThat(run.write("two", true)).isEqualTo(new StdinResult(3, false));
    run.awaitStdinClosed();
    run.end();
    assertThat(run.out()).isEqualTo("one two");
    assertThat(run.exit().code()).isZero();
  }

  @Test
  default void endOfFileAloneIsDelivered() {
    TestRun run = bench().start(Command.of("cat").piped());

    assertThat(run.write("", true)).isEqualTo(REFUSED);
    run.end();
    assertThat(run.exit().code()).isZero();
  }

  @Test
  default void writeIsRefusedAfterTheEndOfStdin() {
    TestRun run = bench().start(Command.sh("cat; exec sleep 60").piped());
    run.write("a", true);

    assertThat(run.write("b", false)).isEqualTo(REFUSED);
    assertThat(run.write("c", true)).isEqualTo(REFUSED);
    run.awaitOut("a");
    assertThat(run.hasExited()).isFalse();
  }

  @Test
  default void stdinEndsAndTheRunGoesOnWhenTheChildClosesIt() {
    TestRun run = bench().start(Command.sh("exec <&-; echo closed; exec sleep 60").piped());
    run.awaitOut("closed");

    if (bench().excepts(STDIN_ACCEPTED_BEFORE_THE_PIPE)) {
      Bench.await().until(() -> run.write("a", false).equals(REFUSED));
    } else {
      assertThat(run.write("a", false)).isEqualTo(REFUSED);
    }
    run.awaitStdinClosed();
    assertThat(run.ask(Child::stdinOpen)).isFalse();
    assertThat(run.hasExited()).isFalse();
  }

  @Test
  default void fullPipeAcceptsAPartAndDeliversEveryByteOnce() throws IOException {
    Path go = bench().folder.resolve("go");
    byte[] all = bytes(1 << 20);
    TestRun run =
        bench()
            .start(
                Command.sh("while [ ! -e '" + go + "' ]; do sleep 0.02; done; exec cat").piped());

    StdinResult first = run.write(all, false);
    assertThat(first.open()).isTrue();
    assertThat(first.accepted()).isBetween(1, all.length - 1);
    Files.createFile(go);
    int accepted = first.accepted();
    while (accepted < all.length) {
      int end = Math.min(accepted + 100_000, all.length);
      accepted += run.write(Arrays.copyOfRange(all, accepted, end), end == all.length).accepted();
    }
    run.end();
    assertThat(run.bytes(StdStream.STDOUT)).isEqualTo(all);
  }

  @Test
  default void fullPipeTakesNothingMoreUntilItIsRead() {
    TestRun run = bench().start(Command.of("sleep", "60").piped());
    int accepted = run.write(bytes(1 << 20), true).accepted();

    assertThat(accepted).isBetween(1, (1 << 20) - 1);
    assertThat(run.write("more", true)).isEqualTo(new StdinResult(0, true));
    assertThat(run.ask(Child::stdinOpen)).isTrue();
  }

  @Test
  default void runEndsWhenItIsStoppedWithAFullPipe() {
    TestRun run = bench().start(Command.of("sleep", "60").piped());
    run.write(bytes(1 << 20), false);
    run.stop(Command.kill());

    assertThat(run.end().survivors()).isEmpty();
    assertThat(bench().openPipes()).isZero();
  }

  @Test
  default void manySmallWritesArriveInOrder() {
    TestRun run = bench().start(Command.of("cat").piped());
    StringBuilder sent = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      sent.append(i).append(' ');
      run.write(i + " ", i == 299);
    }

    run.end();
    assertThat(run.out()).isEqualTo(sent.toString());
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(7).nextBytes(bytes);
    return bytes;
  }
}
