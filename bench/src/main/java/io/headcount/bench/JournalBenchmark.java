package io.headcount.bench;

import io.headcount.bench.core.Spawns;
import io.headcount.child.linux.LinuxChildAdapter;
import io.headcount.output.OutputJournal;
import io.headcount.output.OutputStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How fast a child's output gets into its journal, without anything of the service around it: from
 * the order to start the child until it is settled. The main of a JVM of its own, which prints the
 * seconds.
 */
public final class JournalBenchmark {
  private static final long MIB = 1 << 20;

  /** The service's defaults, as in its {@code application.yaml}. */
  private static final long RETAIN = MIB;

  private static final OutputStore.Limits LIMITS =
      new OutputStore.Limits(256 * MIB, 4096 * MIB, 64 * MIB);

  private JournalBenchmark() {}

  /** Takes the contender's name and the number of bytes. */
  public static void main(String[] args) throws IOException {
    long bytes = Long.parseLong(args[1]);
    switch (ThroughputContender.valueOf(args[0])) {
      case JOURNAL -> {
        try (OutputStore store = OutputStore.inMemory(LIMITS.memory())) {
          measure(store, bytes);
        }
      }
      case SPILLED -> {
        Path folder = Files.createTempDirectory("headcount-bench-");
        try (OutputStore store = OutputStore.open(folder, LIMITS)) {
          measure(store, bytes);
        } finally {
          Files.deleteIfExists(folder.resolve("lock"));
          Files.delete(folder);
        }
      }
      default -> throw new IllegalArgumentException(args[0] + " needs no journal");
    }
  }

  private static void measure(OutputStore store, long bytes) {
    try (LinuxChildAdapter adapter =
        LinuxChildAdapter.create(LinuxChildAdapter.Options.defaults())) {
      for (int i = 0; i < ThroughputRounds.WARM_UPS; i++) {
        carry(adapter, store, bytes);
      }
      System.out.println(carry(adapter, store, bytes));
    }
  }

  private static double carry(LinuxChildAdapter adapter, OutputStore store, long bytes) {
    OutputJournal journal = store.journal(RETAIN);
    long began = System.nanoTime();
    Spawns.start(
            adapter, List.of("head", "-c", Long.toString(bytes), "/dev/zero"), journal::append)
        .awaitSuccess();
    double seconds = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);
    journal.complete(false);
    if (journal.next() != bytes) {
      throw new IllegalStateException("expected " + bytes + " bytes, got " + journal.next());
    }
    journal.discard();
    return seconds;
  }
}
