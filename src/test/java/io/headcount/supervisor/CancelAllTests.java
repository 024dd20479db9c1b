package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.Capacity;
import io.headcount.child.Census;
import io.headcount.child.Child;
import io.headcount.child.ChildAdapter;
import io.headcount.child.ChildEnd;
import io.headcount.child.ChildExit;
import io.headcount.child.ChildListener;
import io.headcount.child.ChildSpec;
import io.headcount.child.Owner;
import io.headcount.child.ProcessInfo;
import io.headcount.child.Signal;
import io.headcount.child.StartFailure;
import io.headcount.child.StopOrder;
import io.headcount.output.StdStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The stop of everything at once: what the fault that Headcount was born of lacked. */
class CancelAllTests {

  @Test
  void cancelAllTerminatesAllActiveRuns() {
    try (Supervised house = new Supervised()) {
      List<Run> runs = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        runs.add(house.start("sleep", "1000"));
      }
      runs.forEach(Supervised::launched);

      List<Run> cancelled = house.supervisor.cancelAll(Reason.MANUAL_CANCEL);

      assertThat(cancelled).containsExactlyElementsOf(runs);
      for (Run run : runs) {
        RunView view = Supervised.exited(run);
        assertThat(view.state()).isEqualTo(RunState.EXITED);
        assertThat(view.reason()).isEqualTo(Reason.MANUAL_CANCEL);
        assertThat(view.exit()).extracting(ChildExit::signal).isEqualTo("SIGTERM");
      }
      house.assertNothingLeft();
    }
  }

  @Test
  void cancelAllOnEmptySupervisorIsANoOp() {
    try (Supervised house = new Supervised()) {
      assertThat(house.supervisor.cancelAll(Reason.MANUAL_CANCEL)).isEmpty();
      assertThat(Supervised.exited(house.start("true")).exit())
          .extracting(ChildExit::code)
          .isEqualTo(0);
    }
  }

  @Test
  void cancelAllIsResilientToPartialCancellationFailures() throws Exception {
    try (Supervised house = new Supervised(UnaryOperator.identity(), StopFailsOnce::new)) {
      Run stubborn = house.start("sleep", "1001");
      List<Run> others = List.of(house.start("sleep", "1002"), house.start("sleep", "1003"));
      Supervised.launched(stubborn);
      others.forEach(Supervised::launched);

      house.supervisor.cancelAll(Reason.MANUAL_CANCEL);

      others.forEach(Supervised::exited);
      assertThat(stubborn.state()).isEqualTo(RunState.EXITING);
      assertThat(Supervised.isAlive(stubborn.view().pid())).isTrue();

      house.supervisor.cancelAll(Reason.MANUAL_CANCEL);

      stubborn.exited().get(10, TimeUnit.SECONDS);
      house.assertNothingLeft();
    }
  }

  @Test
  void fullShutdownVerifiesZeroOrphanPidsRemainAfterCancelAll() {
    Supervised house = new Supervised();
    List<Run> runs = new ArrayList<>();
    runs.add(house.shellReady("echo ready; exec sleep 1000"));
    runs.add(house.shellReady("trap '' TERM; echo ready; while :; do sleep 1; done"));
    runs.add(house.shellReady("sleep 1000 & sleep 1000 & echo ready; wait"));
    runs.add(house.shellReady("setsid sleep 1000 & echo ready; wait"));
    runs.add(house.shellReady("(setsid sh -c 'sleep 1000 & exit 0' &) ; echo ready; sleep 1000"));
    runs.add(house.shellReady("echo ready; kill -STOP $$; sleep 1000"));
    Awaitility.await()
        .untilAsserted(() -> assertThat(house.carriers()).hasSizeGreaterThanOrEqualTo(runs.size()));

    ShutdownReport report =
        new Shutdown(house.supervisor, SupervisorMetrics.NONE)
            .run(Duration.ZERO, Duration.ofSeconds(1));

    assertThat(report.runs()).isEqualTo(runs.size());
    assertThat(report.unsettled()).isZero();
    assertThat(report.reasons()).containsOnly(Map.entry(Reason.SHUTDOWN, (long) runs.size()));
    assertThat(report.census()).isNotNull();
    assertThat(house.carriers()).as("orphan pids").isEmpty();
    house.close();
  }

  /** The real adapter, but the first stop of a {@code sleep 1001} fails. */
  private record StopFailsOnce(ChildAdapter real) implements ChildAdapter {
    @Override
    public void start(ChildSpec spec, Owner owner, ChildListener listener) {
      boolean chosen = spec.argv().contains("1001");
      real.start(spec, owner, chosen ? new FailingListener(listener) : listener);
    }

    @Override
    public String name() {
      return real.name();
    }

    @Override
    public Owner nextOwner() {
      return real.nextOwner();
    }

    @Override
    public Optional<String> cwdProblem(Path cwd) {
      return real.cwdProblem(cwd);
    }

    @Override
    public Path executable(String command, @Nullable String path, Path cwd) {
      return real.executable(command, path, cwd);
    }

    @Override
    public Capacity capacity() {
      return real.capacity();
    }

    @Override
    public CompletableFuture<Census> census() {
      return real.census();
    }

    @Override
    public Map<String, Long> openDescriptors() {
      return real.openDescriptors();
    }

    @Override
    public Map<String, String> capabilities() {
      return real.capabilities();
    }

    @Override
    public void close() {
      real.close();
    }
  }

  private record FailingListener(ChildListener real) implements ChildListener {
    @Override
    public void started(Child child) {
      real.started(new FailingChild(child));
    }

    @Override
    public void startFailed(StartFailure failure) {
      real.startFailed(failure);
    }

    @Override
    public void output(StdStream stream, ByteBuffer bytes) {
      real.output(stream, bytes);
    }

    @Override
    public void exited(ChildExit exit) {
      real.exited(exit);
    }

    @Override
    public void ended(ChildEnd end) {
      real.ended(end);
    }

    @Override
    public void keptEnded(ChildEnd end) {
      real.keptEnded(end);
    }
  }

  private static final class FailingChild implements Child {
    private final Child real;
    private boolean failed;

    FailingChild(Child real) {
      this.real = real;
    }

    @Override
    public void stop(StopOrder order) {
      if (!failed) {
        failed = true;
        throw new IllegalStateException("the kill failed");
      }
      real.stop(order);
    }

    @Override
    public Long pid() {
      return real.pid();
    }

    @Override
    public CompletableFuture<Boolean> signal(Signal signal, Target target) {
      return real.signal(signal, target);
    }

    @Override
    public CompletableFuture<StdinResult> writeStdin(ByteBuffer bytes, boolean eof) {
      return real.writeStdin(bytes, eof);
    }

    @Override
    public boolean stdinOpen() {
      return real.stdinOpen();
    }

    @Override
    public CompletableFuture<List<ProcessInfo>> processes() {
      return real.processes();
    }
  }
}
