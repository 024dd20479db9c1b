package io.headcount.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
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
    OutputJournal journal = new OutputJournal(retain);
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
    if (retain > total) {
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
          for (int i = 0; i < bytes.length(); i++) {
            if (target.get(i) != Model.byteAt(bytes.offset() + i)) {
              throw new AssertionError("a wrong byte at " + (bytes.offset() + i));
            }
          }
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
