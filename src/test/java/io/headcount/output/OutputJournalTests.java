package io.headcount.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class OutputJournalTests {
  private final OutputJournal journal = new OutputJournal(1 << 20);

  @Test
  void totalsAreZeroWhenNothingWasWritten() {
    assertThat(journal.totals()).isEqualTo(new OutputTotals(0, 0, 0, 0, false, false, null));
    assertThat(journal.totals(StdStream.STDERR).next()).isZero();
    assertThat(journal.cursor(0).read(ByteBuffer.allocate(1))).isEqualTo(OutputRead.NOTHING);
  }

  @Test
  void totalsCountEachStreamWhenBothWrite() {
    Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
    write(StdStream.STDOUT, "abc");
    write(StdStream.STDERR, "de");
    write(StdStream.STDOUT, "f");

    OutputTotals totals = journal.totals();
    assertThat(totals.next()).isEqualTo(6);
    assertThat(totals.stdoutBytes()).isEqualTo(4);
    assertThat(totals.stderrBytes()).isEqualTo(2);
    assertThat(totals.droppedBytes()).isZero();
    assertThat(totals.lastAppendAt()).isBetween(before, Instant.now());
    assertThat(journal.totals(StdStream.STDERR).next()).isEqualTo(2);
    assertThat(System.nanoTime() - journal.lastAppendNanos()).isNotNegative();
  }

  @Test
  void appendTakesNothingWhenTheSourceIsEmpty() {
    journal.append(StdStream.STDOUT, ByteBuffer.allocate(0));

    assertThat(journal.totals().lastAppendAt()).isNull();
  }

  @Test
  void readNamesStreamAndOffsetWhenStreamsAlternate() {
    write(StdStream.STDOUT, "out");
    write(StdStream.STDERR, "err!");

    OutputCursor cursor = journal.cursor(1);
    ByteBuffer target = ByteBuffer.allocate(100);
    assertThat(cursor.read(target)).isInstanceOf(OutputRead.Bytes.class);
    assertThat(cursor.position()).isEqualTo(3);
    OutputRead.Bytes second = (OutputRead.Bytes) cursor.read(target);
    assertThat(second.stream()).isEqualTo(StdStream.STDERR);
    assertThat(second.offset()).isEqualTo(3);
    assertThat(second.length()).isEqualTo(4);
    assertThat(text(target)).isEqualTo("uterr!");
    assertThat(cursor.read(target)).isEqualTo(OutputRead.NOTHING);
  }

  @Test
  void readTakesWhatFitsWhenTheTargetIsSmall() {
    write(StdStream.STDOUT, "abcdef");

    OutputCursor cursor = journal.cursor(0);
    ByteBuffer target = ByteBuffer.allocate(4);
    assertThat(((OutputRead.Bytes) cursor.read(target)).length()).isEqualTo(4);
    assertThat(text(target)).isEqualTo("abcd");
    target.clear();
    assertThat(((OutputRead.Bytes) cursor.read(target)).length()).isEqualTo(2);
    assertThat(text(target)).isEqualTo("ef");
  }

  @Test
  void cursorOfOneStreamPassesOverTheOtherWhenStreamsAlternate() {
    for (int i = 0; i < 1000; i++) {
      write(i % 2 == 0 ? StdStream.STDOUT : StdStream.STDERR, i % 2 == 0 ? "o" : "e");
    }
    journal.complete(false);

    assertThat(readAll(journal.cursor(StdStream.STDERR, 0))).isEqualTo("e".repeat(500));
    assertThat(readAll(journal.cursor(StdStream.STDOUT, 499))).isEqualTo("o");
    assertThat(readAll(journal.cursor(StdStream.STDOUT, 500))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE})
  void cursorIsRefusedWhenTheOffsetIsNegative(long offset) {
    assertThatIllegalArgumentException().isThrownBy(() -> journal.cursor(offset));
    assertThatIllegalArgumentException().isThrownBy(() -> journal.cursor(StdStream.STDOUT, offset));
  }

  @Test
  void cursorOfOneStreamIsRefusedWhenTheStreamIsShorter() {
    write(StdStream.STDOUT, "abc");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> journal.cursor(StdStream.STDOUT, 4))
        .withMessageContaining("3 bytes of stdout");
    assertThatIllegalArgumentException().isThrownBy(() -> journal.cursor(StdStream.STDERR, 1));
  }

  @Test
  void cursorWaitsWhenItsOffsetIsYetToCome() {
    write(StdStream.STDOUT, "ab");
    OutputCursor cursor = journal.cursor(3);
    assertThat(cursor.read(ByteBuffer.allocate(8))).isEqualTo(OutputRead.NOTHING);

    write(StdStream.STDOUT, "cdef");

    ByteBuffer target = ByteBuffer.allocate(8);
    cursor.read(target);
    assertThat(text(target)).isEqualTo("def");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  void journalIsRefusedWhenItRetainsNothing(long retain) {
    assertThatIllegalArgumentException().isThrownBy(() -> new OutputJournal(retain));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 1000, 1 << 12, 1 << 16, 1 << 20, (1 << 20) + 1})
  void journalHoldsAboutWhatItShouldWhenMuchIsWritten(long retain) {
    OutputJournal small = new OutputJournal(retain);
    int segment = Math.clamp(retain / 4, 1 << 8, 1 << 16);
    byte[] chunk = new byte[777];
    for (long written = 0; written < retain * 4 + 100_000; written += chunk.length) {
      small.append(StdStream.STDOUT, ByteBuffer.wrap(chunk));
      OutputTotals totals = small.totals();
      long held = totals.next() - totals.first();
      assertThat(held)
          .isGreaterThanOrEqualTo(Math.min(totals.next(), retain - retain / 32))
          .isLessThanOrEqualTo(retain + 2L * segment);
    }
    assertThat(small.totals().first()).isPositive();
  }

  @Test
  void journalTakesAnyRetentionWhenItIsHuge() {
    OutputJournal unbounded = new OutputJournal(Long.MAX_VALUE);
    Model model = new Model(unbounded);
    for (int i = 0; i < 30; i++) {
      model.append(StdStream.STDOUT, 10_000);
    }

    assertThat(unbounded.totals().first()).isZero();
  }

  @Test
  void memoryStaysBoundedWhenStreamsAlternateByteByByte() {
    OutputJournal small = new OutputJournal(1 << 16);
    byte[] one = {1};
    for (int i = 0; i < 400_000; i++) {
      small.append(i % 2 == 0 ? StdStream.STDOUT : StdStream.STDERR, ByteBuffer.wrap(one));
    }

    OutputTotals totals = small.totals();
    assertThat(totals.next()).isEqualTo(400_000);
    assertThat(totals.next() - totals.first()).isBetween(4096L, 1L << 17);
  }

  @Test
  void readTellsOfAGapWhenBytesWereDropped() {
    OutputJournal small = new OutputJournal(2048);
    Model model = new Model(small);
    for (int i = 0; i < 20; i++) {
      model.append(i % 3 == 0 ? StdStream.STDERR : StdStream.STDOUT, 700);
    }

    long first = small.totals().first();
    OutputCursor cursor = small.cursor(10);
    ByteBuffer target = ByteBuffer.allocate(1 << 16);
    assertThat(cursor.read(target)).isEqualTo(new OutputRead.Gap(10, first));
    assertThat(target.position()).isZero();
    while (cursor.read(target) instanceof OutputRead.Bytes) {}
    assertThat(bytes(target)).isEqualTo(model.from(first));
  }

  @Test
  void cursorKnowsWhetherTheBytesWereDroppedBeforeItsReaderCame() {
    OutputJournal small = new OutputJournal(2048);
    Model model = new Model(small);
    OutputCursor there = small.cursor(0); // before anything is written, and before it reads
    while (small.totals().first() == 0) {
      model.append(StdStream.STDOUT, 700);
    }
    OutputCursor late = small.cursor(0);

    assertThat(there.causeOf(gap(there))).isEqualTo(GapCause.SLOW);
    assertThat(late.causeOf(gap(late))).isEqualTo(GapCause.PRUNED);
  }

  private static OutputRead.Gap gap(OutputCursor cursor) {
    return (OutputRead.Gap) cursor.read(ByteBuffer.allocate(1));
  }

  @ParameterizedTest
  @EnumSource(StdStream.class)
  void readOfOneStreamTellsOfAGapWhenItsBytesWereDropped(StdStream stream) {
    OutputJournal small = new OutputJournal(2048);
    Model model = new Model(small);
    for (int i = 0; i < 20; i++) {
      model.append(i % 3 == 0 ? StdStream.STDERR : StdStream.STDOUT, 700);
    }

    long dropped = model.below(small.totals().first(), stream);
    assertThat(small.totals(stream).first()).isEqualTo(dropped).isPositive();
    assertThat(small.cursor(stream, dropped - 1).read(ByteBuffer.allocate(1)))
        .isInstanceOfSatisfying(
            OutputRead.Gap.class, gap -> assertThat(gap.to()).isEqualTo(small.totals().first()));
    small.complete(false);
    assertThat(readBytes(small.cursor(stream, dropped))).isEqualTo(model.of(stream, dropped));
  }

  @Test
  void completeEndsEveryCursorOnceAllIsRead() {
    write(StdStream.STDOUT, "a");
    OutputCursor cursor = journal.cursor(0);
    journal.complete(true);

    assertThat(cursor.read(ByteBuffer.allocate(8))).isInstanceOf(OutputRead.Bytes.class);
    assertThat(cursor.read(ByteBuffer.allocate(8))).isEqualTo(OutputRead.END);
    assertThat(cursor.read(ByteBuffer.allocate(8))).isEqualTo(OutputRead.END);
    assertThat(journal.cursor(StdStream.STDERR, 0).read(ByteBuffer.allocate(8)))
        .isEqualTo(OutputRead.END);
    assertThat(journal.cursor(99).read(ByteBuffer.allocate(8))).isEqualTo(OutputRead.END);
    assertThat(journal.totals().truncated()).isTrue();
  }

  @Test
  void appendIsIgnoredWhenTheJournalIsComplete() {
    write(StdStream.STDOUT, "a");
    journal.complete(false);
    journal.complete(true);
    write(StdStream.STDOUT, "b");

    assertThat(journal.next()).isEqualTo(1);
    assertThat(journal.totals().complete()).isTrue();
    assertThat(journal.totals().truncated()).isFalse();
    assertThat(readAll(journal.cursor(0))).isEqualTo("a");
  }

  @Test
  void awaitReturnsFalseWhenTheTimeIsOver() throws InterruptedException {
    assertThat(journal.cursor(0).await(1, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(journal.cursor(0).await(0, TimeUnit.MILLISECONDS)).isFalse();
  }

  @Test
  void awaitReturnsAtOnceWhenThereIsSomethingToRead() throws InterruptedException {
    write(StdStream.STDOUT, "a");

    assertThat(journal.cursor(0).await(Long.MAX_VALUE, TimeUnit.DAYS)).isTrue();
  }

  @Test
  void awaitWakesEveryReaderWhenAByteComes() throws InterruptedException {
    CompletableFuture<Boolean> one = awaiting(0);
    CompletableFuture<Boolean> two = awaiting(0);
    write(StdStream.STDERR, "a");

    assertThat(one.join()).isTrue();
    assertThat(two.join()).isTrue();
  }

  @Test
  void awaitWakesWhenTheJournalIsComplete() throws InterruptedException {
    CompletableFuture<Boolean> reader = awaiting(0);
    journal.complete(false);

    assertThat(reader.join()).isTrue();
  }

  @Test
  void awaitWaitsOnWhenTheByteComesBeforeTheCursor() throws InterruptedException {
    CompletableFuture<Boolean> reader = awaiting(2);
    write(StdStream.STDOUT, "ab");
    assertThat(reader).isNotDone();
    write(StdStream.STDOUT, "c");

    assertThat(reader.join()).isTrue();
  }

  /** A reader that is on its way into await; whether it got there first does not matter. */
  private CompletableFuture<Boolean> awaiting(long offset) throws InterruptedException {
    CountDownLatch underWay = new CountDownLatch(1);
    CompletableFuture<Boolean> woken = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          underWay.countDown();
          try {
            woken.complete(journal.cursor(offset).await(20, TimeUnit.SECONDS));
          } catch (InterruptedException e) {
            woken.completeExceptionally(e);
          }
        });
    underWay.await();
    return woken;
  }

  private void write(StdStream stream, String text) {
    journal.append(stream, ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  private static String readAll(OutputCursor cursor) {
    return new String(readBytes(cursor), UTF_8);
  }

  /** All that a complete journal still holds. */
  private static byte[] readBytes(OutputCursor cursor) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer target = ByteBuffer.allocate(100);
    while (cursor.read(target) instanceof OutputRead.Bytes) {
      all.writeBytes(bytes(target));
      target.clear();
    }
    return all.toByteArray();
  }

  private static byte[] bytes(ByteBuffer target) {
    byte[] read = new byte[target.position()];
    target.get(0, read);
    return read;
  }

  private static String text(ByteBuffer target) {
    return new String(bytes(target), UTF_8);
  }
}
