package io.headcount.child;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.jdk.JdkChildAdapter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the jdk adapter does about a descendant that no look has seen. */
@Timeout(30)
class JdkOrphanTests {
  @TempDir Path folder;

  private final ChildAdapter adapter =
      new JdkChildAdapter(JdkChildAdapter.STDIN_WAIT, Duration.ofHours(1));

  @AfterEach
  void close() {
    adapter.close();
  }

  @Test
  void endTellsThatTheOutputIsCutWhenAnOrphanHoldsIt() {
    try (Bench bench = new Bench(AdapterKind.JDK, adapter, folder)) {
      TestRun run = bench.run(Command.sh("sleep 60 & echo $!; sleep 0.2"));

      ProcessHandle orphan = bench.stray(run.awaitPids(1).getFirst());
      assertThat(run.end()).isEqualTo(new ChildEnd(false, List.of(), false, true));
      assertThat(bench.openPipes()).isZero();
      assertThat(Bench.isDead(orphan)).isFalse();
    }
  }

  @Test
  void endTellsThatTheOutputIsCutWhenAnOrphanWritesForEver() {
    try (Bench bench = new Bench(AdapterKind.JDK, adapter, folder)) {
      TestRun run =
          bench.run(Command.sh("(while echo x; do sleep 0.02; done) & echo $! >&2; sleep 0.2"));

      bench.stray(ProcessHandle.of(Long.parseLong(run.err().strip())).orElseThrow());
      assertThat(run.end().outputTruncated()).isTrue();
      assertThat(bench.openPipes()).isZero();
    }
  }

  @Test
  void orphanIsEndedWhenALookHasSeenIt() {
    try (Bench bench = new Bench(AdapterKind.JDK, adapter, folder)) {
      TestRun run = bench.start(Command.sh("sleep 60 & echo $!; read line").piped());
      ProcessHandle orphan = run.awaitPids(1).getFirst();
      assertThat(run.processes()).hasSize(2);
      run.write("\n", true);

      assertThat(run.end()).isEqualTo(new ChildEnd(false, List.of(), false, false));
      assertThat(Bench.isDead(orphan)).isTrue();
    }
  }
}
