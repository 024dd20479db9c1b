package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.ChildExit;
import io.headcount.output.OutputTotals;
import io.headcount.output.StdStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Section 5: output is always drained, bounded, and told truly. */
class OutputOfRunsTests {
  @AutoClose private static final Supervised house = new Supervised();

  @Test
  void outputIsDrainedThoughNobodyReadsIt() {
    Run run = house.shell("head -c 20000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 7");

    RunView view = Supervised.exited(run);

    assertThat(view.exit()).extracting(ChildExit::code).isEqualTo(7);
    OutputTotals output = view.output();
    assertThat(output.stdoutBytes()).isEqualTo(20_000_000);
    assertThat(output.stderrBytes()).isEqualTo(3_000_000);
    assertThat(output.next()).isEqualTo(23_000_000);
    assertThat(output.droppedBytes()).isEqualTo(output.first()).isPositive();
    assertThat(output.next() - output.first()).isBetween(1L << 19, 1L << 21);
    assertThat(output.truncated()).isFalse();
  }

  @RepeatedTest(20)
  void lastLineIsThereWhenTheCommandExitsAtOnce() {
    Run run = house.shell("seq 1 20000; exit 0");

    Supervised.exited(run);

    assertThat(Supervised.stdout(run)).endsWith("\n20000\n");
  }

  @Test
  void lineOver64KiBWithoutNewlineDoesNotStallTheChild() {
    Run run = house.shell("head -c 300000 /dev/zero | tr '\\0' x; echo; echo end");

    Supervised.exited(run);

    assertThat(Supervised.stdout(run)).hasSize(300_005).endsWith("x\nend\n");
  }

  @Test
  void backgroundGrandchildWithThePipeDoesNotKeepTheRunRunning() throws Exception {
    Run run = house.shell("sleep 1000 & echo done");

    run.exited().get(20, TimeUnit.SECONDS);

    assertThat(run.view().output().truncated())
        .as("its writer was ended, so nothing is cut")
        .isFalse();
    house.assertNothingLeft();
  }

  @Test
  void keptWriterIsCutOffAndTheRunSaysSo() {
    Run run = house.supervisor.start(Specs.keeping(Specs.shell("sleep 1000 & echo done")));

    RunView view = Supervised.exited(run);

    assertThat(view.output().truncated()).isTrue();
    assertThat(Duration.ofMillis(view.durationMs())).isLessThan(Duration.ofSeconds(3));
    assertThat(Supervised.stdout(run)).isEqualTo("done\n");
    house.supervisor.delete(run.id()).join();
  }

  @Test
  void outputPastTheLimitEndsTheRun() {
    Run run =
        house.supervisor.start(
            Specs.output(new RunSpec.Command.Argv(List.of("yes")), null, 100_000L));

    RunView view = Supervised.exited(run);

    assertThat(view.reason()).isEqualTo(Reason.OUTPUT_LIMIT);
    assertThat(view.output().next()).isGreaterThan(100_000L);
    house.assertNothingLeft();
  }

  @RepeatedTest(50)
  void outputPastTheLimitIsTheReasonThoughTheCommandExitsAtOnce() {
    Run run =
        house.supervisor.start(
            Specs.output(new RunSpec.Command.Argv(List.of("printf", "%1001s", "x")), null, 1000L));

    RunView view = Supervised.exited(run);

    assertThat(view.reason()).isEqualTo(Reason.OUTPUT_LIMIT);
    assertThat(view.output().next()).isEqualTo(1001);
  }

  @Test
  void streamsAreToldApartInTheOrderTheyWereRead() {
    Run run = house.shell("echo a; sleep 0.05; echo b >&2; sleep 0.05; echo c");

    Supervised.exited(run);

    assertThat(Supervised.text(run, StdStream.STDOUT)).isEqualTo("a\nc\n");
    assertThat(Supervised.text(run, StdStream.STDERR)).isEqualTo("b\n");
    java.nio.ByteBuffer all = java.nio.ByteBuffer.allocate(100);
    var cursor = run.output().cursor(0);
    while (cursor.read(all) instanceof io.headcount.output.OutputRead.Bytes) {
      // one chunk a read
    }
    assertThat(new String(all.array(), 0, all.position(), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo("a\nb\nc\n");
  }

  @Test
  void commandThatClosesItsOutputGoesOn() {
    Run run = house.shell("exec >&- 2>&-; sleep 0.2; exit 6");

    assertThat(Supervised.exited(run).exit()).extracting(ChildExit::code).isEqualTo(6);
  }
}
