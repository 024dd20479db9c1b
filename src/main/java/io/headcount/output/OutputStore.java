package io.headcount.output;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where all journals keep what they hold: the budgets of memory and disk, the folder, and the one
 * thread that writes there. Thread-safe.
 *
 * <p>The budget of memory is kept by those who write: past seven eighths of it a run that grows
 * holds only its newest segment in memory and hands the rest to the disk at once; the last eighth
 * is for what waits to be written. Past the whole, what waits goes. A run that is silent keeps what
 * it has.
 */
public final class OutputStore implements AutoCloseable {
  private final long memoryLimit;
  private final AtomicLong memory = new AtomicLong();
  private final Map<DropCause, LongAdder> dropped =
      Stream.of(DropCause.values())
          .collect(Collectors.toMap(Function.identity(), cause -> new LongAdder()));
  private final @Nullable SpillWriter writer;

  /**
   * Limits in bytes.
   *
   * @param memory of all journals together, at least 1
   * @param disk of all journals together; 0 keeps nothing on disk
   * @param diskPerRun of one journal; 0 keeps nothing on disk
   */
  public record Limits(long memory, long disk, long diskPerRun) {
    public Limits {
      if (memory < 1 || disk < 0 || diskPerRun < 0) {
        throw new IllegalArgumentException(
            "limits: expected memory of at least 1 and disk of at least 0, got %d, %d and %d"
                .formatted(memory, disk, diskPerRun));
      }
    }
  }

  private OutputStore(long memoryLimit, @Nullable SpillWriter writer) {
    this.memoryLimit = memoryLimit;
    this.writer = writer;
  }

  /** A store without a disk. */
  public static OutputStore inMemory(long limit) {
    return new OutputStore(limit, null);
  }

  /**
   * A store that uses memory first and then files. Removes what an earlier one has left in the
   * folder. A folder that cannot be used is warned of, once, and tried again with every segment.
   *
   * @param folder is made if it is missing; only for output, others may share it
   */
  public static OutputStore open(Path folder, Limits limits) {
    return open(BootFolder.forOutput(folder), true, limits);
  }

  /**
   * The same with a folder that others use too.
   *
   * @param folder is closed after the store, not with it
   */
  public static OutputStore open(BootFolder folder, Limits limits) {
    return open(folder, false, limits);
  }

  private static OutputStore open(BootFolder folder, boolean ownsFolder, Limits limits) {
    return limits.disk == 0 || limits.diskPerRun == 0
        ? inMemory(limits.memory)
        : new OutputStore(
            limits.memory, SpillWriter.start(folder, ownsFolder, limits.disk, limits.diskPerRun));
  }

  /**
   * A new journal.
   *
   * @param retainBytes how much it holds in memory before the oldest goes to disk, at least 1
   */
  public OutputJournal journal(long retainBytes) {
    return new OutputJournal(retainBytes, this);
  }

  /** Memory held, with what the chunks cost. */
  public long memoryBytes() {
    return memory.get();
  }

  /** Bytes in files. */
  public long diskBytes() {
    return writer == null ? 0 : writer.bytes();
  }

  /** Bytes that are no longer held although their run is remembered. */
  public long droppedBytes(DropCause cause) {
    LongAdder count = dropped.get(cause);
    return count == null ? 0 : count.sum();
  }

  /** Whether the disk failed lately, so that output may be held in memory alone. */
  public boolean isDiskFailing() {
    return writer != null && writer.isFailing();
  }

  /** Deletes all files. What is on disk is no longer held; memory is. */
  @Override
  public void close() {
    if (writer != null) {
      writer.close();
    }
  }

  @Nullable Spool spool(Held held) {
    return writer == null ? null : writer.spool(held);
  }

  void charge(long bytes) {
    memory.addAndGet(bytes);
  }

  void dropped(DropCause cause, long bytes) {
    LongAdder count = dropped.get(cause);
    if (count != null) {
      count.add(bytes);
    }
  }

  /** Whether a run that grows should hold as little memory as it can. */
  boolean isTight() {
    return memory.get() > memoryLimit - memoryLimit / 8;
  }

  /** By how much the memory held is over the limit. */
  long excess() {
    return Math.max(0, memory.get() - memoryLimit);
  }

  /** Waits until all that was handed over is written or dropped; for tests. */
  void awaitIdle() throws InterruptedException {
    if (writer != null) {
      writer.awaitIdle();
    }
  }
}
