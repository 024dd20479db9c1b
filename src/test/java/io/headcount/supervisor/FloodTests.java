package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.output.OutputCursor;
import io.headcount.output.OutputRead;
import io.headcount.output.OutputStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A child that writes more than is held, as fast as it can. How much is the system property {@code
 * headcount.flood}, in MiB.
 */
@Timeout(300)
class FloodTests {
  private static final long BYTES = Long.getLong("headcount.flood", 512) << 20;
  private static final long MOST_MEMORY = 128L << 20;

  @Test
  void childAndFastReaderGoOnWhenAnotherReaderIsStalled(@TempDir Path folder) throws Exception {
    OutputStore store =
        OutputStore.open(folder, new OutputStore.Limits(MOST_MEMORY, 256L << 20, 32L << 20));
    try (Supervised house =
        new Supervised(UnaryOperator.identity(), Function.identity(), store, RunTracer.NONE)) {
      long heapBefore = heapInUse();
      Run run = house.shell("head -c " + BYTES + " /dev/zero");
      OutputCursor stalled = run.output().cursor(0);
      CompletableFuture<long[]> fast =
          CompletableFuture.supplyAsync(
              () -> follow(run, store), task -> Thread.ofPlatform().daemon().start(task));

      run.exited().get(120, TimeUnit.SECONDS);
      long exitedAt = System.nanoTime();
      long[] seen = fast.get(60, TimeUnit.SECONDS);

      assertThat(Duration.ofNanos(System.nanoTime() - exitedAt)).isLessThan(Duration.ofSeconds(20));
      assertThat(run.view().output().stdoutBytes()).isEqualTo(BYTES);
      assertThat(seen[0] + seen[1]).as("read and missed").isEqualTo(BYTES);
      assertThat(seen[0]).as("read").isGreaterThan(BYTES / 2);
      assertThat(seen[2]).as("most memory").isLessThan(MOST_MEMORY / 2);
      assertThat(heapInUse() - heapBefore).isLessThan(32L << 20);
      long first = run.output().totals().first();
      assertThat(first).isPositive();
      assertThat(stalled.read(ByteBuffer.allocate(1))).isEqualTo(new OutputRead.Gap(0, first));
    }
  }

  private static long[] follow(Run run, OutputStore store) {
    OutputCursor cursor = run.output().cursor(0);
    ByteBuffer target = ByteBuffer.allocate(1 << 16);
    long read = 0;
    long missed = 0;
    long most = 0;
    while (true) {
      target.clear();
      most = Math.max(most, store.memoryBytes());
      switch (cursor.read(target)) {
        case OutputRead.Bytes bytes -> read += bytes.length();
        case OutputRead.Gap gap -> missed += gap.to() - gap.from();
        case OutputRead.Nothing _ -> await(cursor);
        case OutputRead.End _ -> {
          return new long[] {read, missed, most};
        }
      }
    }
  }

  private static void await(OutputCursor cursor) {
    try {
      cursor.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long heapInUse() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
