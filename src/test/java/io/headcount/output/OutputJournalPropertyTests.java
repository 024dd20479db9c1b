package io.headcount.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/**
 * Whatever is written in whatever pieces, what is held is the end of it, and every cursor agrees.
 */
class OutputJournalPropertyTests {

  record Piece(StdStream stream, int length) {}

  @Provide
  Arbitrary<List<Piece>> pieces() {
    Arbitrary<Integer> length =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(6, Arbitraries.integers().between(0, 20)),
            net.jqwik.api.Tuple.of(2, Arbitraries.integers().between(900, 1100)),
            net.jqwik.api.Tuple.of(1, Arbitraries.integers().between(2000, 20_000)));
    return Combinators.combine(Arbitraries.of(StdStream.class), length)
        .as(Piece::new)
        .list()
        .ofMaxSize(60);
  }

  @Property(tries = 300)
  void everyCursorReadsTheHeldEndOfWhatWasWritten(
      @ForAll("pieces") List<Piece> pieces,
      @ForAll @LongRange(min = 1, max = 30_000) long retain,
      @ForAll @IntRange(min = 1, max = 5000) int buffer) {
    OutputJournal journal = new OutputJournal(retain);
    Model model = new Model(journal);
    pieces.forEach(piece -> model.append(piece.stream(), piece.length()));
    journal.complete(false);

    check(journal, model, buffer);
  }

  @Property(tries = 150)
  void everyCursorReadsTheSameWhenMostOfItIsOnDisk(
      @ForAll("pieces") List<Piece> pieces,
      @ForAll @LongRange(min = 1, max = 20_000) long retain,
      @ForAll @LongRange(min = 1, max = 300_000) long disk,
      @ForAll @IntRange(min = 1, max = 5000) int buffer)
      throws Exception {
    Path folder = Files.createTempDirectory("headcount-test");
    try (OutputStore store =
        OutputStore.open(folder, new OutputStore.Limits(1 << 20, 200_000, disk))) {
      OutputJournal journal = store.journal(retain);
      Model model = new Model(journal);
      pieces.forEach(piece -> model.append(piece.stream(), piece.length()));
      journal.complete(false);
      check(journal, model, buffer); // whatever is written by now
      store.awaitIdle();
      check(journal, model, buffer);
      assertThat(store.diskBytes()).isLessThanOrEqualTo(Math.min(disk, 200_000));
      assertThat(store.memoryBytes()).isLessThanOrEqualTo(retain + 3 * (1 << 16));
      assertThat(store.droppedBytes(DropCause.PRUNED) + store.droppedBytes(DropCause.BUDGET))
          .isEqualTo(journal.totals().droppedBytes());
    }
    Files.delete(folder.resolve("lock"));
    Files.delete(folder);
  }

  /** While segments go to disk the oldest may be dropped between two looks; then look again. */
  private static void check(OutputJournal journal, Model model, int buffer) {
    OutputTotals totals = journal.totals();
    try {
      checkOnce(journal, model, buffer);
    } catch (AssertionError e) {
      if (journal.totals().first() == totals.first()) {
        throw e;
      }
      check(journal, model, buffer);
    }
  }

  private static void checkOnce(OutputJournal journal, Model model, int buffer) {
    OutputTotals totals = journal.totals();
    assertThat(totals.next()).isEqualTo(model.size());
    assertThat(totals.first()).isLessThanOrEqualTo(totals.next());
    assertThat(read(journal.cursor(totals.first()), buffer, model))
        .isEqualTo(model.from(totals.first()));
    for (StdStream stream : StdStream.values()) {
      OutputTotals ofStream = journal.totals(stream);
      assertThat(ofStream.first()).isEqualTo(model.below(totals.first(), stream));
      assertThat(ofStream.next()).isEqualTo(model.below(model.size(), stream));
      assertThat(read(journal.cursor(stream, ofStream.first()), buffer, model))
          .isEqualTo(model.of(stream, ofStream.first()));
    }
  }

  @Property(tries = 300)
  void cursorOfOneStreamStartsAtAnyOfItsBytes(
      @ForAll("pieces") List<Piece> pieces,
      @ForAll @IntRange(min = 0, max = 1000) int where,
      @ForAll StdStream stream) {
    OutputJournal journal = new OutputJournal(1 << 30);
    Model model = new Model(journal);
    pieces.forEach(piece -> model.append(piece.stream(), piece.length()));
    journal.complete(false);
    long offset = model.below(model.size(), stream) * where / 1000;

    assertThat(read(journal.cursor(stream, offset), 4096, model))
        .isEqualTo(model.of(stream, offset));
  }

  private static byte[] read(OutputCursor cursor, int buffer, Model model) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer target = ByteBuffer.allocate(buffer);
    while (cursor.read(target) instanceof OutputRead.Bytes read) {
      assertThat(read.length()).isPositive().isEqualTo(target.position());
      assertThat(model.streamAt(read.offset())).isEqualTo(read.stream());
      assertThat(model.streamAt(read.offset() + read.length() - 1)).isEqualTo(read.stream());
      all.write(target.array(), 0, target.position());
      target.clear();
    }
    return all.toByteArray();
  }
}
