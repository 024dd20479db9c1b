package io.headcount.output;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal from one offset on, at its reader's own speed. A cursor costs one small object;
 * the journal does not know it, so a stalled reader costs nothing more.
 *
 * <p>Not thread-safe: one cursor, one reader. It never slows the writer.
 */
public final class OutputCursor {
  private final OutputJournal journal;
  private final @Nullable StdStream only;
  private final long heldFrom;
  private long position;

  OutputCursor(OutputJournal journal, long position, @Nullable StdStream only) {
    this.journal = journal;
    this.position = position;
    this.only = only;
    this.heldFrom = journal.first();
  }

  /** Journal offset of the next byte to read. */
  public long position() {
    return position;
  }

  /** Why those bytes were missed: the reader came with this cursor. */
  public GapCause causeOf(OutputRead.Gap gap) {
    return gap.from() >= heldFrom ? GapCause.SLOW : GapCause.PRUNED;
  }

  /**
   * Copies bytes of one chunk into {@code target}, at most what fits. Never waits. With a stream
   * chosen, chunks of the other one are passed over.
   *
   * @param target where to; must have room for at least one byte
   */
  public OutputRead read(ByteBuffer target) {
    while (true) {
      OutputRead read = journal.read(position, target, only);
      switch (read) {
        case OutputRead.Bytes bytes -> {
          position = bytes.offset() + bytes.length();
          if (only == null || bytes.stream() == only) {
            return read;
          }
        }
        case OutputRead.Gap gap -> {
          position = gap.to();
          return read;
        }
        case OutputRead.Nothing _, OutputRead.End _ -> {
          return read;
        }
      }
    }
  }

  /**
   * Waits until there is something to read, the journal is complete, or the time is over.
   *
   * @return false when the time was over first
   */
  public boolean await(long time, TimeUnit unit) throws InterruptedException {
    return journal.awaitBeyond(position, unit.toNanos(time));
  }
}
