package io.headcount.bench.core;

import java.io.IOException;
import java.util.List;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Children a second by JMH: one contender alone in a JVM of its own, with whatever profiler JMH
 * has. It checks what {@link SpawnRounds} finds with contenders that take turns, which JMH cannot
 * do.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Threads(2)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class SpawnBenchmark {
  @Param({"LINUX", "PROCESS_BUILDER", "NU_PROCESS"})
  public Way way;

  /** The command, without arguments. */
  @Param("/bin/true")
  public String command;

  private Contender contender;

  @Setup(Level.Trial)
  public void open() {
    contender = way.open();
  }

  @TearDown(Level.Trial)
  public void close() throws Exception {
    contender.close();
  }

  /** From the order to start one until it is settled; JMH's threads are the callers. */
  @Benchmark
  public void spawn() throws IOException, InterruptedException {
    contender.run(List.of(command));
  }
}
