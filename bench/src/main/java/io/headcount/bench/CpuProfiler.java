package io.headcount.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Processor time a child, in microseconds: all threads of the JVM, and the children it waited for,
 * from {@code /proc/self/stat}. Unlike the rate it hardly depends on what else the machine does.
 */
public final class CpuProfiler implements InternalProfiler {
  static final String LABEL = "cpu";

  /** {@code USER_HZ} of proc(5), which is 100 wherever Java runs. */
  private static final double MICROS_A_TICK = 10_000;

  /**
   * Fields 14 to 17, counted from the one after the name: own user and system, and the children's.
   */
  private static final int UTIME = 11;

  private long before;

  @Override
  public String getDescription() {
    return "Processor time of the JVM and its children";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = ticks();
  }

  @Override
  public Collection<? extends Result> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    double micros = (ticks() - before) * MICROS_A_TICK;
    long children = Math.max(1, result.getMetadata().getAllOps());
    return List.of(new ScalarResult(LABEL, micros / children, "us/op", AggregationPolicy.AVG));
  }

  private static long ticks() {
    String stat;
    try {
      stat = Files.readString(Path.of("/proc/self/stat"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = 0;
    for (int i = UTIME; i < UTIME + 4; i++) {
      ticks += Long.parseLong(fields[i]);
    }
    return ticks;
  }
}
