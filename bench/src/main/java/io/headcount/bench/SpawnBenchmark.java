package io.headcount.bench;

import io.headcount.child.linux.LinuxChildAdapter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Children a second, from the order to start one until it is settled: its exit seen, both of its
 * streams read to their end, every descriptor of it closed. The child is a static program that does
 * nothing. JMH's threads are the callers; each has one child at a time.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 2, time = 1)
public class SpawnBenchmark {

  /** The command, and how the compiler gets to know the code before JMH's own warm-up. */
  @State(Scope.Benchmark)
  public static class Command {
    private static final int WARM_UP_CALLERS = 8;

    final List<String> argv = List.of(Programs.namedNoop());

    /** One caller alone would take a minute to start what the compiler wants to have seen. */
    @Param("4")
    public int warmUpSeconds;

    void warmUp(Spawn spawn) throws InterruptedException, ExecutionException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(warmUpSeconds);
      List<Future<?>> callers = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(WARM_UP_CALLERS)) {
        for (int i = 0; i < WARM_UP_CALLERS; i++) {
          callers.add(
              threads.submit(() -> {
                while (System.nanoTime() - end < 0) {
                  spawn.one();
                }
                return null;
              }));
        }
      }
      for (Future<?> caller : callers) {
        caller.get();
      }
    }
  }

  /** One child from start to end. */
  interface Spawn {
    void one() throws IOException, InterruptedException;
  }

  /** One adapter for all callers; it must hold nothing for a child at the end. */
  @State(Scope.Benchmark)
  public static class Linux {
    private LinuxChildAdapter adapter;

    @Setup(Level.Trial)
    public void open(Command command) throws InterruptedException, ExecutionException {
      adapter = LinuxChildAdapter.create(LinuxChildAdapter.Options.defaults());
      command.warmUp(() -> spawn(command));
    }

    private void spawn(Command command) {
      Spawns.start(adapter, command.argv).awaitSuccess();
    }

    @TearDown(Level.Trial)
    public void close() {
      Map<String, Long> left = adapter.openDescriptors();
      adapter.close();
      if (left.getOrDefault("pipe", 0L) + left.getOrDefault("pidfd", 0L) != 0) {
        throw new IllegalStateException("descriptors were left open: " + left);
      }
    }
  }

  /** Needs nothing but the warm-up. */
  @State(Scope.Benchmark)
  public static class Jdk {
    @Setup(Level.Trial)
    public void open(Command command) throws InterruptedException, ExecutionException {
      command.warmUp(() -> spawn(command));
    }

    private void spawn(Command command) throws IOException, InterruptedException {
      Process process = new ProcessBuilder(command.argv).start();
      try (OutputStream stdin = process.getOutputStream();
          InputStream stdout = process.getInputStream();
          InputStream stderr = process.getErrorStream()) {
        stdin.close();
        long bytes = stdout.transferTo(OutputStream.nullOutputStream());
        bytes += stderr.transferTo(OutputStream.nullOutputStream());
        int status = process.waitFor();
        if (status != 0 || bytes != 0) {
          throw new IllegalStateException("expected exit 0, got " + status);
        }
      }
    }
  }

  /** Through Headcount's adapter for Linux; the caller sleeps until its child has ended. */
  @Benchmark
  public void linux(Linux linux, Command command) {
    linux.spawn(command);
  }

  /**
   * Through ProcessBuilder, the simple way and on one thread, which suits a child that writes
   * nothing: one that wrote would need a second thread to read its other stream.
   */
  @Benchmark
  public void processBuilder(Jdk jdk, Command command) throws IOException, InterruptedException {
    jdk.spawn(command);
  }
}
