package io.headcount.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One writer and readers that keep up, lag or fall behind, all at full speed. */
@Timeout(60)
class OutputJournalConcurrencyTests {
  private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

  /**
   * What a reader saw.
   *
   * @param read bytes it got
   * @param missed bytes that gaps told it of
   * @param sum a sum over the bytes, each times its place
   */
  private record Seen(long read, long missed, long sum) {}

  @ParameterizedTest(name = "pieces up to {0}, {1} in all, retained {2}")
  @CsvSource({
    "1, 300000, 1073741824",
    "3, 1000000, 1073741824",
    "9000, 60000000, 1073741824",
    "1, 1000000, 4096",
    "9000, 60000000, 65536"
  })
  void readersSeeEveryHeldByteInOrderWhenOneWriterIsAtWork(int longest, long total, long retain) {
    check(new OutputJournal(retain), longest, total, retain > total);
  }

  @ParameterizedTest(name = "pieces up to {0}, {1} in all, retained {2}, on disk {3}")
  @CsvSource({
    "3, 1000000, 16384, 1073741824",
    "9000, 60000000, 65536, 1073741824",
    "1, 1000000, 4096, 524288",
    "9000, 60000000, 65536, 2097152"
  })
  void readersSeeEveryHeldByteInOrderWhenSegmentsGoToDisk(
      int longest, long total, long retain, long disk, @TempDir Path folder) throws Exception {
    try (OutputStore store =
        OutputStore.open(folder, new OutputStore.Limits(256L << 20, 1L << 30, disk))) {
      OutputJournal journal = store.journal(retain);
      List<CompletableFuture<Void>> jumping = new ArrayList<>();
      for (int seed = 0; seed < 2; seed++) {
        Random random = new Random(seed);
        jumping.add(CompletableFuture.runAsync(() -> jump(journal, random), THREADS));
      }
      check(journal, longest, total, false);
      jumping.forEach(CompletableFuture::join);
      store.awaitIdle();
      OutputTotals totals = journal.totals();
      assertThat(totals.next()).isEqualTo(total);
      assertThat(store.droppedBytes(DropCause.DISK_ERROR)).isZero();
      Seen rest = follow(journal, null, 9000);
      assertThat(rest.missed).isEqualTo(totals.first());
      assertThat(rest.read).isEqualTo(total - totals.first());
    }
  }

  /** Reads a little at random places until all is written. */
  private static void jump(OutputJournal journal, Random random) {
    ByteBuffer target = ByteBuffer.allocate(5000);
    while (true) {
      OutputTotals totals = journal.totals();
      OutputCursor cursor =
          journal.cursor(totals.first() + random.nextLong(totals.next() - totals.first() + 1));
      for (int i = 0; i < 5; i++) {
        target.clear();
        if (cursor.read(target) instanceof OutputRead.Bytes bytes) {
          verify(bytes, target);
        }
      }
      if (totals.complete()) {
        return;
      }
    }
  }

  private static void verify(OutputRead.Bytes bytes, ByteBuffer target) {
    for (int i = 0; i < bytes.length(); i++) {
      if (target.get(i) != Model.byteAt(bytes.offset() + i)) {
        throw new AssertionError("a wrong byte at " + (bytes.offset() + i));
      }
    }
  }

  private static void check(OutputJournal journal, int longest, long total, boolean all) {
    List<CompletableFuture<Seen>> both = new ArrayList<>();
    for (int reader = 0; reader < 2; reader++) {
      int buffer = reader == 0 ? 100 : 70_000;
      both.add(CompletableFuture.supplyAsync(() -> follow(journal, null, buffer), THREADS));
    }
    CompletableFuture<Seen> out =
        CompletableFuture.supplyAsync(() -> follow(journal, StdStream.STDOUT, 8192), THREADS);
    CompletableFuture<Seen> err =
        CompletableFuture.supplyAsync(() -> follow(journal, StdStream.STDERR, 8192), THREADS);

    long[] sums = write(journal, longest, total);

    for (CompletableFuture<Seen> reader : both) {
      Seen seen = reader.join();
      assertThat(seen.read + seen.missed).isEqualTo(total);
    }
    OutputTotals totals = journal.totals();
    assertThat(totals.stdoutBytes() + totals.stderrBytes()).isEqualTo(total);
    if (all) {
      assertThat(out.join()).isEqualTo(new Seen(totals.stdoutBytes(), 0, sums[0]));
      assertThat(err.join()).isEqualTo(new Seen(totals.stderrBytes(), 0, sums[1]));
    } else {
      assertThat(out.join().read).isLessThanOrEqualTo(totals.stdoutBytes());
      assertThat(err.join().read).isLessThanOrEqualTo(totals.stderrBytes());
    }
  }

  private static long[] write(OutputJournal journal, int longest, long total) {
    Random random = new Random(42);
    byte[] chunk = new byte[longest];
    long[] sums = new long[2];
    long written = 0;
    boolean err = false;
    while (written < total) {
      int length = (int) Math.min(1 + random.nextInt(longest), total - written);
      err = longest == 1 ? !err : random.nextBoolean();
      for (int i = 0; i < length; i++) {
        chunk[i] = Model.byteAt(written + i);
      }
      int stream = err ? 1 : 0;
      sums[stream] = sum(sums[stream], chunk, length);
      journal.append(err ? StdStream.STDERR : StdStream.STDOUT, ByteBuffer.wrap(chunk, 0, length));
      written += length;
    }
    journal.complete(false);
    return sums;
  }

  private static Seen follow(OutputJournal journal, @Nullable StdStream only, int buffer) {
    OutputCursor cursor = only == null ? journal.cursor(0) : journal.cursor(only, 0);
    ByteBuffer target = ByteBuffer.allocate(buffer);
    long read = 0;
    long missed = 0;
    long sum = 0;
    while (true) {
      target.clear();
      switch (cursor.read(target)) {
        case OutputRead.Bytes bytes -> {
          verify(bytes, target);
          sum = sum(sum, target.array(), bytes.length());
          read += bytes.length();
        }
        case OutputRead.Gap gap -> missed += gap.to() - gap.from();
        case OutputRead.Nothing _ -> await(cursor);
        case OutputRead.End _ -> {
          return new Seen(read, missed, sum);
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

  private static long sum(long before, byte[] bytes, int length) {
    long sum = before;
    for (int i = 0; i < length; i++) {
      sum = sum * 31 + bytes[i];
    }
    return sum;
  }
}
