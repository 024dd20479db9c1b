package io.headcount.child;

import static io.headcount.child.AdapterException.NO_THREAD_PER_CHILD;
import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.Child.StdinResult;
import io.headcount.child.Child.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** However a run ends, nothing of it stays open; ending it again is safe. */
interface DisposeContract extends Contract {
  int STARTS = 100;

  @Test
  default void destroysAllThreeStdioStreamsOnDispose() {
    TestRun run = bench().start(Command.of("cat").piped());
    run.write("a", false);
    run.awaitOut("a");
    assertThat(bench().openPipes()).isEqualTo(3);

    run.stop(Command.term(StopContract.LONG));
    run.end();
    assertThat(bench().openPipes()).isZero();
  }

  @Test
  default void disposeIsSafeWhenStreamsAreAlreadyDestroyed() {
    TestRun run = bench().start(Command.sh("echo a; exec <&- >&- 2>&-; sleep 60").piped());
    Bench.await().until(() -> bench().openPipes() <= 1);
    run.write("a", true);
    run.awaitStdinClosed();
    Bench.await().until(() -> bench().openPipes() == 0);

    run.stop(Command.term(StopContract.LONG));
    run.stop(Command.term(StopContract.LONG));
    assertThat(run.end()).isEqualTo(new ChildEnd(false, List.of(), false, false));
    assertThat(run.out()).isEqualTo("a\n");
  }

  @Test
  default void disposeIsSafeAfterChildProcessHasExited() {
    TestRun run = bench().run(Command.of("true").piped());
    assertThat(bench().openPipes()).isZero();

    run.stop(Command.term(StopContract.LONG));
    run.stop(Command.kill());
    run.stop(Command.kill());
    assertThat(run.write("a", true)).isEqualTo(new StdinResult(0, false));
    assertThat(run.signal(Signal.SIGKILL, Target.LEADER)).isFalse();
    assertThat(run.processes()).isEmpty();
    assertThat(bench().openPipes()).isZero();
  }

  @Test
  default void descriptorsAndThreadsAreBackAtTheBaselineAfterManyStarts() {
    startMany(4);
    Bench.await().until(() -> bench().openPipes() == 0);
    long descriptors = descriptors();
    long threads = threads();
    startMany(STARTS);

    assertThat(bench().openPipes()).isZero();
    Bench.await().untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(descriptors));
    Bench.await().untilAsserted(() -> assertThat(threads()).isLessThanOrEqualTo(threads));
  }

  @Test
  default void liveChildrenCostNoThread() {
    bench().run(Command.of("true"));
    Bench.await().until(() -> bench().openPipes() == 0);
    long before = threads();
    List<TestRun> runs = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      runs.add(bench().start(Command.of("sleep", "60").piped()));
    }
    runs.forEach(TestRun::child);

    long added = threads() - before;
    if (bench().excepts(NO_THREAD_PER_CHILD)) {
      assertThat(added).isBetween(1L, 3L * runs.size());
    } else {
      assertThat(added).isLessThanOrEqualTo(0);
    }
  }

  /** As many that succeed as fail to start, eight at a time. */
  private void startMany(int count) {
    List<TestRun> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      runs.add(bench().start(Command.sh("echo a").piped()));
      runs.add(bench().start(Command.of("/nonexistent/command").piped()));
      if (runs.size() >= 8 || i == count - 1) {
        runs.forEach(TestRun::settleStart);
        runs.stream().filter(TestRun::isUnderWay).forEach(TestRun::end);
        runs.clear();
      }
    }
  }

  private long descriptors() {
    return bench().adapter.capacity().openDescriptors();
  }

  /** Threads of ours; the JDK's own reapers linger for a minute, and the test's come and go. */
  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread ->
            thread.getName().startsWith("child-jdk-") || thread.getName().startsWith("headcount-"))
        .count();
  }
}
