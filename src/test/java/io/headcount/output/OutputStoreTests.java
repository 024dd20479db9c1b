package io.headcount.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What goes to disk, what comes back, and what happens when the disk does not do as it should. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class OutputStoreTests {
  private static final OutputStore.Limits ROOMY =
      new OutputStore.Limits(64 << 20, 64 << 20, 16 << 20);

  @TempDir Path folder;

  @Test
  void filesGoWhenTheRunIsForgotten() throws Exception {
    try (OutputStore store = OutputStore.open(folder, ROOMY)) {
      Model kept = written(store, 1_000_000);
      OutputJournal forgotten = store.journal(1 << 16);
      append(forgotten, 5_000_000);
      forgotten.complete(false);
      store.awaitIdle();
      int before = files().size();
      OutputCursor reader = forgotten.cursor(0);
      assertThat(reader.read(ByteBuffer.allocate(10))).isInstanceOf(OutputRead.Bytes.class);

      forgotten.discard();
      store.awaitIdle();

      assertThat(files()).hasSizeLessThan(before).isNotEmpty();
      assertThat(store.diskBytes()).isLessThan(1_100_000);
      assertThat(store.memoryBytes()).isLessThan(400_000);
      assertThat(reader.read(ByteBuffer.allocate(10))).isInstanceOf(OutputRead.Gap.class);
      assertThat(bytes(kept.journal().cursor(0))).isEqualTo(kept.from(0));
      kept.journal().discard();
      store.awaitIdle();
      assertThat(files()).isEmpty();
      assertThat(store.memoryBytes()).isZero();
      assertThat(store.diskBytes()).isZero();
    }
  }

  @Test
  void nothingIsLeftWhenTheStoreIsClosed() throws Exception {
    OutputStore store = OutputStore.open(folder, ROOMY);
    Model model = written(store, 3_000_000);
    store.close();

    assertThat(folders()).isEmpty();
    long first = model.journal().totals().first();
    assertThat(first).isPositive();
    assertThat(model.journal().cursor(0).read(ByteBuffer.allocate(1)))
        .isEqualTo(new OutputRead.Gap(0, first));
    assertThat(bytes(model.journal().cursor(first))).isEqualTo(model.from(first));
  }

  @Test
  void leftoversOfADeadServiceAreRemovedAndNothingElse() throws Exception {
    Path dead = Files.createDirectory(folder.resolve("boot-0123456789abcdef"));
    Files.writeString(dead.resolve("1.out"), "left");
    Files.createFile(dead.resolve("lock"));
    Path strange = Files.createDirectory(folder.resolve("boot-00000000deadbeef"));
    Files.writeString(strange.resolve("notes.txt"), "not ours");
    Files.writeString(folder.resolve("1.out"), "not where ours are");
    try (OutputStore other = OutputStore.open(folder, ROOMY)) {
      Model model = written(other, 2_000_000);
      try (OutputStore store = OutputStore.open(folder, ROOMY)) {
        store.awaitIdle();
        assertThat(dead).doesNotExist();
        assertThat(strange.resolve("notes.txt")).exists();
        assertThat(folder.resolve("1.out")).exists();
        assertThat(bytes(model.journal().cursor(0))).isEqualTo(model.from(0));
      }
    }
  }

  @Test
  void interruptedReaderReadsRightAndDisturbsNobody() throws Exception {
    try (OutputStore store = OutputStore.open(folder, ROOMY)) {
      Model model = written(store, 2_000_000);
      Thread.currentThread().interrupt();
      assertThat(bytes(model.journal().cursor(0))).isEqualTo(model.from(0));
      assertThat(Thread.interrupted()).isTrue();
      assertThat(bytes(model.journal().cursor(77))).isEqualTo(model.from(77));
    }
  }

  @Test
  void readerFindsOneGapAndTheLogOneWarningWhenFilesWereTakenAway(CapturedOutput log)
      throws Exception {
    try (OutputStore store = OutputStore.open(folder, ROOMY)) {
      Model model = written(store, 9_000_000);
      List<Path> files = files();
      assertThat(files).hasSizeGreaterThan(2);
      for (Path file : files.subList(0, files.size() - 1)) {
        Files.delete(file);
      }
      OutputCursor cursor = model.journal().cursor(5);
      OutputRead.Gap gap = (OutputRead.Gap) cursor.read(ByteBuffer.allocate(1));
      assertThat(cursor.read(ByteBuffer.allocate(100_000))).isInstanceOf(OutputRead.Bytes.class);
      assertThat(model.journal().totals().first()).isEqualTo(gap.to());
      assertThat(store.droppedBytes(DropCause.DISK_ERROR)).isEqualTo(gap.to());
      assertThat(bytes(model.journal().cursor(gap.to()))).isEqualTo(model.from(gap.to()));

      store.awaitIdle();
      assertThat(store.isDiskFailing()).isTrue();
      assertThat(log.getOut().split("event=output-disk-failed", -1)).hasSize(2);
      assertThat(store.diskBytes()).isLessThan(5 << 20);
      Files.delete(files.getLast());
      model.journal().verify();
      assertThat(model.journal().totals().first()).isGreaterThan(gap.to());
      store.awaitIdle();
      assertThat(store.diskBytes()).isZero();
    }
  }

  @Test
  void oldestFileOfAllGoesWhenTheDisksBudgetIsSpent() throws Exception {
    OutputStore.Limits limits = new OutputStore.Limits(64 << 20, 3 << 20, 2 << 20);
    try (OutputStore store = OutputStore.open(folder, limits)) {
      List<Model> models = new ArrayList<>();
      for (int run = 0; run < 4; run++) {
        models.add(written(store, 1_500_000));
      }
      assertThat(store.diskBytes()).isBetween(2L << 20, 3L << 20);
      assertThat(onDisk()).isEqualTo(store.diskBytes());
      assertThat(models.getFirst().journal().totals().first()).isPositive();
      assertThat(models.getLast().journal().totals().first()).isZero();
      assertThat(store.droppedBytes(DropCause.BUDGET))
          .isEqualTo(models.stream().mapToLong(m -> m.journal().totals().droppedBytes()).sum());
      for (Model model : models) {
        long first = model.journal().totals().first();
        assertThat(bytes(model.journal().cursor(first))).isEqualTo(model.from(first));
      }
    }
  }

  @Test
  void runsGoToDiskAtOnceWhenTheBudgetOfMemoryIsSpent() throws Exception {
    OutputStore.Limits limits = new OutputStore.Limits(4 << 20, 64 << 20, 16 << 20);
    try (OutputStore store = OutputStore.open(folder, limits)) {
      List<Model> models = new ArrayList<>();
      for (int run = 0; run < 8; run++) {
        OutputJournal journal = store.journal(1 << 20);
        Model model = new Model(journal);
        for (int i = 0; i < 30; i++) {
          model.append(StdStream.STDOUT, 64_000);
          store.awaitIdle();
          assertThat(store.memoryBytes()).isLessThan(5 << 20);
        }
        models.add(model);
      }
      for (Model model : models) {
        assertThat(bytes(model.journal().cursor(0))).isEqualTo(model.from(0));
      }
      OutputJournal alone = OutputStore.inMemory(1 << 18).journal(1 << 20);
      append(alone, 1_000_000);
      assertThat(alone.heldBytes()).isLessThan(1 << 19);
    }
  }

  @Test
  void memoryIsAllThereIsAndOneWarningIsGivenWhenTheFolderCannotBeMade(CapturedOutput log)
      throws Exception {
    Path blocked = Files.createFile(folder.resolve("blocked"));
    try (OutputStore store = OutputStore.open(blocked.resolve("output"), ROOMY)) {
      OutputJournal journal = store.journal(1 << 16);
      for (int i = 0; i < 20; i++) {
        append(journal, 100_000);
        store.awaitIdle();
      }
      assertThat(store.isDiskFailing()).isTrue();
      assertThat(journal.totals().next()).isEqualTo(2_000_000);
      assertThat(store.droppedBytes(DropCause.DISK_ERROR))
          .isEqualTo(journal.totals().first())
          .isGreaterThan(1_500_000);
      assertThat(log.getOut().split("event=output-disk-failed", -1)).hasSize(2);

      Files.delete(blocked);
      long first = journal.totals().first();
      append(journal, 1_000_000);
      store.awaitIdle();
      assertThat(store.diskBytes()).isPositive();
      assertThat(journal.totals().first()).as("nothing more is lost").isEqualTo(first);
    }
  }

  /** Needs root, for mount(8). */
  @Test
  void fullDiskStopsNobodyAsRoot(CapturedOutput log) throws Exception {
    run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.toString());
    try {
      try (OutputStore store = OutputStore.open(folder, ROOMY)) {
        OutputJournal journal = store.journal(1 << 16);
        Model model = new Model(journal);
        for (int i = 0; i < 40; i++) {
          model.append(i % 2 == 0 ? StdStream.STDOUT : StdStream.STDERR, 100_000);
          store.awaitIdle();
          long first = journal.totals().first();
          assertThat(bytesOf(journal, first)).isEqualTo(model.from(first));
        }
        assertThat(store.isDiskFailing()).isTrue();
        assertThat(store.droppedBytes(DropCause.DISK_ERROR))
            .isEqualTo(journal.totals().first())
            .isPositive();
        assertThat(log.getOut().split("event=output-disk-failed", -1)).hasSize(2);
        assertThat(log.getOut()).contains("No space left on device");

        run("mount", "-o", "remount,size=64m", folder.toString());
        await()
            .pollInterval(100, TimeUnit.MILLISECONDS)
            .atMost(20, TimeUnit.SECONDS)
            .until(() -> {
              append(journal, 20_000);
              return !store.isDiskFailing();
            });
        await().until(() -> log.getOut().contains("event=output-disk-recovered"));
        run("mount", "-o", "remount,ro", folder.toString());
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("busy"); // it is being written to: it stays writable
      }
    } finally {
      run("umount", folder.toString());
    }
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String told =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + told);
    }
  }

  /** A complete journal of that many bytes, most of it on disk by now. */
  private static Model written(OutputStore store, int bytes) throws InterruptedException {
    OutputJournal journal = store.journal(1 << 16);
    Model model = new Model(journal);
    for (int left = bytes; left > 0; left -= 100_000) {
      model.append(
          left % 200_000 == 0 ? StdStream.STDOUT : StdStream.STDERR, Math.min(left, 100_000));
    }
    journal.complete(false);
    store.awaitIdle();
    return model;
  }

  private static void append(OutputJournal journal, int bytes) {
    for (int left = bytes; left > 0; left -= 10_000) {
      journal.append(StdStream.STDOUT, ByteBuffer.allocate(Math.min(left, 10_000)));
    }
  }

  private static byte[] bytes(OutputCursor cursor) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer target = ByteBuffer.allocate(70_000);
    while (cursor.read(target) instanceof OutputRead.Bytes) {
      all.write(target.array(), 0, target.position());
      target.clear();
    }
    return all.toByteArray();
  }

  private static byte[] bytesOf(OutputJournal journal, long first) {
    return bytes(journal.cursor(first));
  }

  private List<Path> folders() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(Files::isDirectory).toList();
    }
  }

  /** Files of output, the oldest first. */
  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(path -> path.toString().endsWith(".out"))
          .sorted(
              java.util.Comparator.comparingInt(
                  path -> Integer.parseInt(path.getFileName().toString().replace(".out", ""))))
          .toList();
    }
  }

  private long onDisk() throws IOException {
    long bytes = 0;
    for (Path file : files()) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        bytes += channel.size();
      }
    }
    return bytes;
  }
}
