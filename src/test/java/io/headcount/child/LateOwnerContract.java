package io.headcount.child;

import static io.headcount.child.AdapterException.ORPHANS_AFTER_LEADER_EXIT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A busy owner hears late of what it started, and hears all the same. */
interface LateOwnerContract extends Contract {

  @Test
  default void childThatIsOverBeforeItsOwnerHearsOfItIsToldWhole() {
    TestRun run =
        bench()
            .startHeardWhenDead(
                "printf %65536s x; echo error >&2; exit 3", UnaryOperator.identity());

    assertThat(run.end().outputTruncated()).isFalse();
    assertThat(run.exit().code()).isEqualTo(3);
    assertThat(run.out()).hasSize(65536).endsWith("x");
    assertThat(run.err()).isEqualTo("error\n");
  }

  @Test
  default void childThatIsOverBeforeItsOwnerHearsOfItEndsThoughNobodyClosedItsInput() {
    TestRun run = bench().startHeardWhenDead("exit 3", Command::piped);

    assertThat(run.end().outputTruncated()).isFalse();
    assertThat(run.exit().code()).isEqualTo(3);
    run.awaitStdinClosed();
  }

  @Test
  default void whatALeaderLeftIsHeardAndEndedThoughItWasOverBeforeItsOwnerHeardOfIt() {
    TestRun run =
        bench()
            .startHeardWhenDead(
                "(trap 'echo obeyed; exit' TERM; : > ready; while :; do sleep 0.01; done) &"
                    + " echo $! >&2; until [ -e ready ]; do sleep 0.01; done; exit 3",
                UnaryOperator.identity());

    assertThat(run.end().survivors()).isEmpty();
    ProcessHandle.of(Long.parseLong(run.err().lines().findFirst().orElseThrow()))
        .ifPresent(bench()::stray);
    assertThat(run.exit().code()).isEqualTo(3);
    if (!bench().excepts(ORPHANS_AFTER_LEADER_EXIT)) {
      assertThat(run.out()).isEqualTo("obeyed\n");
    }
  }
}
