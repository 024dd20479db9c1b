package io.headcount.child;

import static io.headcount.child.AdapterException.ORPHANS_AFTER_LEADER_EXIT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A busy owner hears late of what it started, and hears all the same. */
interface LateOwnerContract extends Contract {

  private Command writingItsPid(String script) {
    return Command.sh(script.replace("DIED", "echo $$ > pid.new; mv pid.new pid"))
        .in(bench().folder);
  }

  private boolean leaderIsDead() throws IOException {
    Path file = bench().folder.resolve("pid");
    return Files.exists(file)
        && ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
            .map(Bench::isDead)
            .orElse(true);
  }

  @Test
  default void childThatIsOverBeforeItsOwnerHearsOfItIsToldWhole() {
    TestRun run =
        bench()
            .startHeardOnly(
                writingItsPid("printf %65536s x; echo error >&2; DIED; exit 3"),
                this::leaderIsDead);

    assertThat(run.end().outputTruncated()).isFalse();
    assertThat(run.exit().code()).isEqualTo(3);
    assertThat(run.out()).hasSize(65536).endsWith("x");
    assertThat(run.err()).isEqualTo("error\n");
  }

  @Test
  default void childThatIsOverBeforeItsOwnerHearsOfItEndsThoughNobodyClosesItsInput() {
    TestRun run = bench().startHeardOnly(writingItsPid("DIED; exit 3").piped(), this::leaderIsDead);

    assertThat(run.end().outputTruncated()).isFalse();
    assertThat(run.exit().code()).isEqualTo(3);
    run.awaitStdinClosed();
  }

  @Test
  default void whatALeaderLeftIsHeardAndEndedThoughItWasOverBeforeItsOwnerHeardOfIt() {
    TestRun run =
        bench()
            .startHeardOnly(
                writingItsPid(
                    "(trap 'echo obeyed; exit' TERM; : > ready; while :; do sleep 0.01; done) &"
                        + " echo $! >&2; until [ -e ready ]; do sleep 0.01; done; DIED; exit 3"),
                this::leaderIsDead);

    assertThat(run.end().survivors()).isEmpty();
    ProcessHandle.of(Long.parseLong(run.err().lines().findFirst().orElseThrow()))
        .ifPresent(bench()::stray);
    assertThat(run.exit().code()).isEqualTo(3);
    if (!bench().excepts(ORPHANS_AFTER_LEADER_EXIT)) {
      assertThat(run.out()).isEqualTo("obeyed\n");
    }
  }
}
