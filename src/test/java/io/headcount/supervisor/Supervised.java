package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.ChildAdapter;
import io.headcount.child.ChildSpec;
import io.headcount.child.Signal;
import io.headcount.child.linux.LinuxChildAdapter;
import io.headcount.output.OutputCursor;
import io.headcount.output.OutputRead;
import io.headcount.output.OutputStore;
import io.headcount.output.StdStream;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;

/**
 * A supervisor over the real Linux adapter, for one test, and what tests ask about real processes.
 */
final class Supervised implements AutoCloseable {
  private static final AtomicLong BOOTS = new AtomicLong();
  private static final long PATIENCE_SECONDS = 30;

  final String bootId = "test" + ProcessHandle.current().pid() + "x" + BOOTS.incrementAndGet();
  final ChildAdapter adapter;
  final OutputStore outputs;
  final ProcessSupervisor supervisor;

  Supervised() {
    this(UnaryOperator.identity());
  }

  Supervised(UnaryOperator<SupervisorSettings> changed) {
    this(changed, Function.identity());
  }

  Supervised(
      UnaryOperator<SupervisorSettings> changed, Function<ChildAdapter, ChildAdapter> wrapped) {
    this(changed, wrapped, OutputStore.inMemory(256L << 20), RunTracer.NONE);
  }

  Supervised(
      UnaryOperator<SupervisorSettings> changed,
      Function<ChildAdapter, ChildAdapter> wrapped,
      OutputStore outputs,
      RunTracer tracer) {
    this.outputs = outputs;
    adapter = wrapped.apply(LinuxChildAdapter.create(LinuxChildAdapter.Options.defaults()));
    AtomicLong ids = new AtomicLong();
    supervisor =
        new ProcessSupervisor(
            changed.apply(settings()),
            adapter,
            outputs,
            SupervisorMetrics.NONE,
            tracer,
            () -> "run-" + ids.incrementAndGet());
  }

  private SupervisorSettings settings() {
    return new SupervisorSettings(
        bootId,
        Path.of("").toAbsolutePath(),
        4000,
        4000,
        100,
        80,
        90,
        new SupervisorSettings.Defaults(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            Signal.SIGTERM,
            Duration.ofSeconds(1),
            1 << 20,
            false),
        new SupervisorSettings.Retention(2000, Duration.ofMinutes(30), 256L << 20));
  }

  static SupervisorSettings withLimits(SupervisorSettings settings, int live, int queued) {
    return new SupervisorSettings(
        settings.bootId(),
        settings.workspace(),
        live,
        live,
        queued,
        settings.descriptorBudgetPercent(),
        settings.pidBudgetPercent(),
        settings.defaults(),
        settings.retention());
  }

  Run start(String... argv) {
    return supervisor.start(RunSpec.of(List.of(argv)));
  }

  /** Starts a line of shell. */
  Run shell(String line) {
    return supervisor.start(RunSpec.of(new RunSpec.Command.Shell(line)));
  }

  /** Starts a line of shell and waits for a line of its output that says it is ready. */
  Run shellReady(String line) {
    Run run = shell(line);
    awaitOutput(run, "ready");
    return run;
  }

  static void awaitOutput(Run run, String text) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
        .pollInterval(Duration.ofMillis(2))
        .until(() -> text(run, StdStream.STDOUT).contains(text));
  }

  static RunView exited(Run run) {
    try {
      run.exited().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("run did not settle: " + run.view(), e);
    }
    return run.view();
  }

  static RunView launched(Run run) {
    try {
      run.launched().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("run did not start: " + run.view(), e);
    }
    return run.view();
  }

  static String text(Run run, StdStream stream) {
    OutputCursor cursor = run.output().cursor(stream, run.output().totals(stream).first());
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    StringBuilder text = new StringBuilder();
    while (cursor.read(buffer) instanceof OutputRead.Bytes) {
      text.append(StandardCharsets.UTF_8.decode(buffer.flip()));
      buffer.clear();
    }
    return text.toString();
  }

  static String stdout(Run run) {
    return text(run, StdStream.STDOUT);
  }

  /** Live processes anywhere on the machine that carry this supervisor's cookie. */
  List<Long> carriers() {
    return carriers(ChildSpec.COOKIE + "=" + bootId + ".");
  }

  static List<Long> carriers(String cookie) {
    List<Long> found = new ArrayList<>();
    for (String name : new File("/proc").list()) {
      if (Character.isDigit(name.charAt(0)) && isAlive(Long.parseLong(name))) {
        try {
          byte[] environ = Files.readAllBytes(Path.of("/proc", name, "environ"));
          String text = new String(environ, StandardCharsets.UTF_8);
          if (text.startsWith(cookie) || text.contains("\0" + cookie)) {
            found.add(Long.parseLong(name));
          }
        } catch (IOException e) {
          // It ended meanwhile.
        }
      }
    }
    return found;
  }

  /** Whether a process is there and no zombie. */
  static boolean isAlive(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException e) {
      return false;
    }
  }

  static int openDescriptors() {
    return new File("/proc/self/fd").list().length - 1;
  }

  /** Descriptors that the adapter holds for children: all but its loops' own. */
  long childDescriptors() {
    return adapter.openDescriptors().entrySet().stream()
        .filter(kind -> kind.getKey().equals("pipe") || kind.getKey().equals("pidfd"))
        .mapToLong(java.util.Map.Entry::getValue)
        .sum();
  }

  void assertNothingLeft() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> {
          assertThat(carriers()).as("live processes with our cookie").isEmpty();
          assertThat(childDescriptors()).as("descriptors of children").isZero();
        });
  }

  @Override
  public void close() {
    supervisor.close();
    outputs.close();
    assertThat(carriers()).as("live processes after the close").isEmpty();
  }
}
