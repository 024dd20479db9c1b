package io.headcount.output;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The part of one journal that is on disk: files of some MiB, so that the oldest can go without
 * anything being moved. The owner of the run says what is to be written; all else is done by the
 * spill thread, a few segments a turn, so that runs share the disk.
 */
final class Spool implements Runnable {
  private static final int TURN = 32;
  private static final long LARGEST_FILE = 4L << 20;

  private final Held held;
  private final SpillWriter writer;
  private final long limit;
  private final long fileSize;
  private final AtomicBoolean queued = new AtomicBoolean();
  private volatile long spillBelow;
  private volatile boolean discarded;

  /** Whether anything was ever to be written. */
  private volatile boolean used;

  // Spill thread only.
  private final ArrayDeque<SpillFile> files = new ArrayDeque<>(2);
  private long bytes;

  Spool(Held held, SpillWriter writer, long limit) {
    this.held = held;
    this.writer = writer;
    this.limit = limit;
    this.fileSize = Math.min(limit / 8, LARGEST_FILE);
  }

  /** Most bytes that it may have on disk. */
  long limit() {
    return limit;
  }

  /** What is older than this offset should be on disk. Never waits. */
  void spillBelow(long offset) {
    spillBelow = offset;
    used = true;
    schedule();
  }

  /** Files were found to be gone. Never waits. */
  void lost() {
    writer.submit(() -> writer.failed(new IOException("files are gone that were written before")));
    schedule();
  }

  /** The files are not needed any more. Never waits, and wakes nobody if there never were any. */
  void discard() {
    discarded = true;
    if (used) {
      schedule();
    }
  }

  private void schedule() {
    if (queued.compareAndSet(false, true)) {
      writer.submit(this);
    }
  }

  @Override
  public void run() {
    queued.set(false);
    deleteBelow(discarded ? Long.MAX_VALUE : held.first());
    for (int i = 0; i < TURN; i++) {
      Segment next = discarded ? null : held.oldestInMemory(spillBelow);
      if (next == null) {
        return;
      }
      spill(next);
    }
    schedule();
  }

  /** Makes room and writes; what cannot be written is dropped with all that is older. */
  private void spill(Segment segment) {
    int size = Segment.savedBytes(segment.size(), segment.chunkCount());
    while (bytes + size > limit) {
      if (!dropOldest(DropCause.PRUNED)) {
        held.dropBelow(segment.end(), DropCause.PRUNED);
        return;
      }
    }
    while (!writer.hasRoom(size)) {
      if (!writer.dropOldestOfAll()) {
        held.dropBelow(segment.end(), DropCause.BUDGET);
        return;
      }
    }
    while (!write(segment, size)) {
      if (!dropOldest(DropCause.DISK_ERROR)) {
        held.dropBelow(segment.end(), DropCause.DISK_ERROR);
        return;
      }
    }
  }

  private boolean write(Segment segment, int size) {
    SpillFile newest = files.peekLast();
    try {
      SpillFile file =
          newest == null || newest.bytes() + size > fileSize ? writer.newFile(this) : newest;
      long position = file.bytes();
      writer.write(file, segment, size);
      if (file != newest) {
        files.add(file);
      }
      bytes += size;
      held.replace(segment, new SpilledSegment(segment, file.path, position));
      return true;
    } catch (IOException e) {
      writer.failed(e);
      return false;
    }
  }

  /** Drops the oldest file, and from the journal what is in it. */
  boolean dropOldest(DropCause cause) {
    @Nullable SpillFile oldest = files.pollFirst();
    if (oldest == null) {
      return false;
    }
    held.dropBelow(oldest.end(), cause);
    delete(oldest);
    return true;
  }

  private void deleteBelow(long first) {
    while (!files.isEmpty() && files.getFirst().end() <= first) {
      delete(files.removeFirst());
    }
  }

  private void delete(SpillFile file) {
    bytes -= file.bytes();
    writer.delete(file);
  }
}
