package io.headcount.child;

import static io.headcount.child.AdapterException.TERMINALS;
import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.output.StdStream;
import org.junit.jupiter.api.Test;

/** A command gets a terminal of the size asked for, or is not started. */
interface TerminalContract extends Contract {

  @Test
  default void commandFindsTheTerminalThatWasAskedFor() {
    Command command =
        Command.sh("tty; stty size; echo $TERM; echo error >&2; ls /proc/self/fd | wc -l; exit 3")
            .onTerminal();

    TestRun run = bench().start(command);
    if (bench().excepts(TERMINALS)) {
      assertThat(run.failure().kind()).isEqualTo(StartFailure.Kind.OTHER);
      assertThat(run.failure().message()).contains("linux adapter");
      return;
    }
    ChildEnd end = run.end();

    assertThat(run.out())
        .matches("/dev/pts/\\d+\r\n30 120\r\nxterm-256color\r\nerror\r\n4\r\n"); // 3 is ls's own
    assertThat(run.bytes(StdStream.STDERR)).isEmpty();
    assertThat(run.exit().code()).isEqualTo(3);
    assertThat(end.outputTruncated()).isFalse();
  }

  @Test
  default void resizeIsRefusedWithoutATerminal() {
    TestRun run = bench().start(Command.of("sleep", "60"));

    assertThat(run.<Boolean>ask(child -> child.resize(80, 24))).isFalse();
  }
}
