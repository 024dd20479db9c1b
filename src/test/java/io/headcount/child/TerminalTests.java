package io.headcount.child;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.Child.StdinResult;
import io.headcount.output.StdStream;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Terminals on Linux. */
@Timeout(60)
class TerminalTests extends OnLinux {
  private static final int MANY = 300;

  @Test
  void terminalControlsTheSessionOfItsCommand() {
    TestRun run =
        bench.run(
            Command.sh("echo here >/dev/tty; ps -o pid=,pgid=,sid=,tpgid=,tty= -p $$; echo $$")
                .onTerminal());

    String[] lines = run.out().split("\r\n", -1);
    String pid = lines[2];
    assertThat(lines[0]).isEqualTo("here");
    assertThat(lines[1].strip().split("\\s+", -1))
        .startsWith(pid, pid, pid, pid)
        .anyMatch(tty -> tty.startsWith("pts/"));
  }

  @Test
  void outputIsDeliveredToTheLastByte() {
    for (int round = 0; round < 20; round++) {
      TestRun run = bench.run(Command.of("seq", "20000").onTerminal());

      assertThat(run.out())
          .isEqualTo(
              IntStream.rangeClosed(1, 20000)
                  .mapToObj(i -> i + "\r\n")
                  .collect(Collectors.joining()));
    }
  }

  @Test
  void foregroundHearsOfAResize() {
    TestRun run =
        bench.start(
            Command.of(
                    "bash",
                    "-c",
                    "trap 'stty size' WINCH; echo ready; while :; do sleep 0.05; done")
                .onTerminal());
    run.awaitOut("ready");

    assertThat(run.<Boolean>ask(child -> child.resize(100, 40))).isTrue();
    run.awaitOut("40 100");
  }

  @Test
  void endOfFileIsTypedAndTheTerminalTakesMore() {
    TestRun run =
        bench.start(Command.sh("stty -echo; echo ready; cat; echo [; cat; echo ]").onTerminal());
    run.awaitOut("ready");

    assertThat(run.write("one\n", true)).isEqualTo(new StdinResult(4, true));
    run.awaitOut("[");
    assertThat(run.write("two", true)).isEqualTo(new StdinResult(3, true));
    run.end();

    assertThat(run.out()).isEqualTo("ready\r\none\r\n[\r\ntwo]\r\n");
    run.awaitStdinClosed();
    assertThat(run.write("x", false)).isEqualTo(StdinContract.REFUSED);
  }

  @Test
  void fullTerminalAcceptsAPart() {
    TestRun run = bench.start(Command.sh("stty raw -echo; echo ready; exec sleep 60").onTerminal());
    run.awaitOut("ready");

    int accepted = run.write(new byte[1 << 20], false).accepted();
    assertThat(accepted).isBetween(1, (1 << 20) - 1);
  }

  @Test
  void everyByteIsReadWhenTheTerminalWasFull() {
    TestRun run =
        bench.start(Command.sh("stty raw -echo; echo ready; head -c 300000 | wc -c").onTerminal());
    run.awaitOut("ready");

    int sent = 0;
    byte[] block = new byte[300_000];
    while (sent < block.length) {
      sent += run.write(java.util.Arrays.copyOfRange(block, sent, block.length), false).accepted();
    }
    run.end();
    assertThat(run.out()).contains("300000");
  }

  @Test
  void commandThatObeysTheSignalIsNotHungUp() {
    TestRun run =
        bench.start(
            Command.of(
                    "bash",
                    "-c",
                    "trap 'echo bye; sleep 0.3; echo end; exit 3' TERM; echo ready; while :; do sleep 0.05; done")
                .onTerminal());
    run.awaitOut("ready");

    run.stop(Command.term(Duration.ofSeconds(20)));
    assertThat(run.end().escalated()).isFalse();
    assertThat(run.exit().code()).isEqualTo(3);
    assertThat(run.out()).endsWith("bye\r\nend\r\n");
  }

  @Test
  void outputIsReadWhileTheTreeIsEnded() {
    TestRun run =
        bench.start(
            Command.of(
                    "bash",
                    "-c",
                    "trap 'seq 30000; echo last; exit' TERM; echo ready; while :; do sleep 0.05; done")
                .onTerminal());
    run.awaitOut("ready");

    run.stop(Command.term(Duration.ofSeconds(20)));
    run.end();
    assertThat(run.out()).endsWith("30000\r\nlast\r\n");
  }

  @Test
  void backgroundProcessWithTheTerminalDoesNotKeepTheRunRunning() {
    TestRun run =
        bench.run(Command.sh("(trap '' HUP; exec sleep 1004) & sleep 0.2; echo done").onTerminal());

    assertThat(run.out()).isEqualTo("done\r\n");
    assertThat(run.exit().code()).isZero();
    assertThat(run.end().survivors()).isEmpty();
  }

  @Test
  void keptProcessDoesNotKeepTheTerminal() {
    TestRun run =
        bench.start(
            Command.sh("(trap '' HUP; exec sleep 1005) & sleep 0.2; echo done")
                .keeping()
                .onTerminal());
    ChildEnd end = run.end();

    assertThat(end.kept()).isTrue();
    assertThat(bench.openTerminals()).isZero();
    run.stop(Command.kill());
    run.keptEnd();
  }

  @Test
  void nothingIsLeftOfThreeHundredTerminals() {
    long before = terminals();
    long descriptors = adapter.capacity().openDescriptors();
    List<TestRun> runs = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      runs.add(bench.start(Command.sh("echo ready; exec sleep 1000").onTerminal()));
    }
    runs.forEach(run -> run.awaitOut("ready"));
    assertThat(bench.openTerminals()).isEqualTo(MANY);
    assertThat(terminals()).isGreaterThanOrEqualTo(MANY);

    runs.forEach(run -> run.stop(Command.term(Duration.ofSeconds(20))));
    runs.forEach(TestRun::end);

    assertThat(runs).allMatch(run -> "SIGTERM".equals(run.exit().signal()));
    assertThat(bench.openTerminals()).isZero();
    Bench.await().untilAsserted(() -> assertThat(terminals()).isLessThanOrEqualTo(before + 20));
    Bench.await()
        .untilAsserted(() ->
            assertThat(adapter.capacity().openDescriptors()).isLessThanOrEqualTo(descriptors));
  }

  @Test
  void failedStartLeavesNoTerminal() {
    TestRun run = bench.start(Command.of("/nonexistent/command").onTerminal());

    assertThat(run.failure().kind()).isEqualTo(StartFailure.Kind.NOT_FOUND);
    assertThat(bench.openTerminals()).isZero();
    assertThat(run.bytes(StdStream.STDOUT)).isEmpty();
  }

  /** Those of the whole machine: others may open and close some meanwhile. */
  private static long terminals() {
    String[] names = new File("/dev/pts").list();
    return names == null ? 0 : names.length;
  }
}
