package io.headcount.child;

import static io.headcount.child.AdapterException.EXIT_CODE_ABOVE_128;
import static io.headcount.child.AdapterException.USAGE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The exit is told as the kernel said it, once, and is never made up. */
interface ExitContract extends Contract {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, 127, 128, 193, 255})
  default void exitCodeIsToldAsItIs(int code) {
    ChildExit exit = bench().run(Command.sh("exit " + code)).exit();

    assertThat(exit.code()).isEqualTo(code);
    assertThat(exit.signal()).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {129, 137, 143, 192})
  default void exitCodeIsNotTakenForASignalWhenItIsAbove128(int code) {
    ChildExit exit = bench().run(Command.sh("exit " + code)).exit();

    assertThat(exit.code()).isEqualTo(bench().excepts(EXIT_CODE_ABOVE_128) ? null : code);
    assertThat(exit.signal()).isNull();
  }

  @Test
  default void deathBySigkillIsToldApartFromExit9() {
    ChildExit exit = bench().run(Command.sh("kill -KILL $$")).exit();

    assertThat(exit.code()).isNull();
    assertThat(exit.signal()).isEqualTo(bench().excepts(EXIT_CODE_ABOVE_128) ? null : "SIGKILL");
  }

  @Test
  default void usageIsToldWhenTheChildExits() {
    ChildExit exit = bench().run(Command.sh("exit 0")).exit();

    if (bench().excepts(USAGE)) {
      assertThat(exit.usage()).isNull();
    } else {
      assertThat(exit.usage().userMs()).isNotNegative();
    }
  }

  @Test
  default void endTellsOfNothingLeftWhenTheChildExits() {
    ChildEnd end = bench().run(Command.of("true")).end();

    assertThat(end.escalated()).isFalse();
    assertThat(end.survivors()).isEmpty();
    assertThat(end.kept()).isFalse();
    assertThat(end.outputTruncated()).isFalse();
  }

  @Test
  default void pidIsTheLeadersWhileItRuns() {
    TestRun run = bench().start(Command.sh("echo $$; exec sleep 60"));
    run.awaitOut("\n");

    assertThat(run.child().pid()).isEqualTo(Long.parseLong(run.out().strip()));
  }
}
