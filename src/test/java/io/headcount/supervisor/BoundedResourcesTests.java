package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.ChildAdapter;
import io.headcount.child.StartFailure;
import io.headcount.output.OutputStore;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Descriptors, threads and children stay bounded however runs end. */
class BoundedResourcesTests {

  @Test
  void everythingReturnsToTheBaselineAfter2000RunsOfFourKinds() throws Exception {
    try (Supervised house = new Supervised()) {
      mixed(house, 40); // what is made once (pools, classes) belongs to the baseline
      house.assertNothingLeft();
      int descriptors = Supervised.openDescriptors();
      int threads = Thread.getAllStackTraces().size();

      Map<Reason, Integer> reasons = mixed(house, 2000);

      assertThat(reasons)
          .containsOnly(
              Map.entry(Reason.EXIT, 500),
              Map.entry(Reason.SPAWN_ERROR, 500),
              Map.entry(Reason.MANUAL_CANCEL, 500),
              Map.entry(Reason.OVERALL_TIMEOUT, 500));
      house.assertNothingLeft();
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> {
            assertThat(Supervised.openDescriptors()).isLessThanOrEqualTo(descriptors);
            assertThat(Thread.getAllStackTraces()).hasSizeLessThanOrEqualTo(threads + 1);
          });
      assertThat(house.supervisor.count(RunState.RUNNING)).isZero();
      assertThat(house.supervisor.count(RunState.EXITING)).isZero();
    }
  }

  @Test
  void thousandFailedStartsLeaveNothingBehindButTheirRecords() throws Exception {
    try (Supervised house = new Supervised()) {
      Supervised.exited(house.start("true"));
      int descriptors = Supervised.openDescriptors();
      int threads = Thread.getAllStackTraces().size();
      List<Run> runs = new ArrayList<>();

      for (int i = 0; i < 1000; i++) {
        runs.add(house.start("no-such-command"));
      }

      for (Run run : runs) {
        RunView view = Supervised.exited(run);
        assertThat(view.reason()).isEqualTo(Reason.SPAWN_ERROR);
        assertThat(view.failure())
            .extracting(StartFailure::kind, StartFailure::errno)
            .containsExactly(StartFailure.Kind.NOT_FOUND, "ENOENT");
        assertThat(view.exit()).as("no exit was seen, so none is told").isNull();
      }
      assertThat(house.childDescriptors()).isZero();
      assertThat(Supervised.openDescriptors()).isLessThanOrEqualTo(descriptors);
      assertThat(Thread.getAllStackTraces()).hasSizeLessThanOrEqualTo(threads + 1);
      assertThat(house.supervisor.count(RunState.EXITED)).isEqualTo(1001);
    }
  }

  private static Map<Reason, Integer> mixed(Supervised house, int count) throws Exception {
    Semaphore places = new Semaphore(64);
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      places.acquire();
      Run run =
          switch (i % 4) {
            case 0 -> house.start("true");
            case 1 -> house.start("no-such-command");
            case 2 -> house.start("sleep", "1000");
            default -> house.supervisor.start(Specs.timeout(List.of("sleep", "1000"), 20));
          };
      var _ = run.exited().thenRun(places::release);
      if (i % 4 == 2) {
        house.supervisor.cancel(run.id(), null, null);
      }
      runs.add(run);
    }
    Map<Reason, Integer> reasons = new java.util.EnumMap<>(Reason.class);
    for (Run run : runs) {
      reasons.merge(Supervised.exited(run).reason(), 1, Integer::sum);
    }
    return reasons;
  }

  @Test
  void recordOfAnExitedRunHoldsNeitherItsEnvironmentNorItsTrace() throws Exception {
    List<WeakReference<?>> started = new ArrayList<>();
    RunTracer tracer =
        (_, _) -> {
          RunTracer.Trace trace = new ForgottenTrace();
          started.add(new WeakReference<>(trace));
          return trace;
        };
    OutputStore outputs = OutputStore.inMemory(1 << 20);
    try (Supervised house =
        new Supervised(UnaryOperator.identity(), real -> noting(real, started), outputs, tracer)) {
      Run run = house.start("true");
      Supervised.exited(run);
      Supervised.exited(house.start("no-such-command"));
      assertThat(started).hasSize(4);

      Awaitility.await()
          .untilAsserted(() -> {
            System.gc();
            assertThat(started).allMatch(each -> each.get() == null);
          });
      assertThat(run.view().cwd()).isNotEmpty();
    }
  }

  private static final class ForgottenTrace implements RunTracer.Trace {
    @Override
    public Map<String, String> environment() {
      return Map.of("SECRET", "not for long");
    }

    @Override
    public void ended(RunView view) {}
  }

  /** The real adapter, but what is to be started is noted. */
  private static ChildAdapter noting(ChildAdapter real, List<WeakReference<?>> started) {
    InvocationHandler handler =
        (_, method, arguments) -> {
          if (method.getName().equals("start")) {
            started.add(new WeakReference<>(arguments[0]));
          }
          return method.invoke(real, arguments);
        };
    return (ChildAdapter)
        Proxy.newProxyInstance(
            ChildAdapter.class.getClassLoader(), new Class<?>[] {ChildAdapter.class}, handler);
  }
}
