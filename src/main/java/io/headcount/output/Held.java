package io.headcount.output;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a journal still holds: pieces in order, those on disk before those in memory, without a hole
 * between them. The newest piece is in memory and never dropped.
 *
 * <p>An array that is replaced whole, so readers need no lock: the owner of the run adds, the spill
 * thread puts a file's piece in a segment's place, anyone drops from the front.
 */
final class Held {
  private static final Piece[] NONE = {};

  private final OutputStore store;
  private final @Nullable Spool spool;
  private final AtomicReference<Piece[]> pieces = new AtomicReference<>(NONE);

  /** What all segments but the newest have cost in memory since the first. Owner only. */
  private long sealedBytes;

  Held(OutputStore store) {
    this.store = store;
    this.spool = store.spool(this);
  }

  boolean hasDisk() {
    return spool != null;
  }

  Piece[] pieces() {
    return pieces.get();
  }

  /** Journal offset of the oldest byte. */
  long first() {
    Piece[] current = pieces.get();
    return current.length == 0 ? 0 : current[0].start();
  }

  /** The piece that is written to, null before the first. */
  @Nullable Segment newest() {
    Piece[] current = pieces.get();
    return current.length > 0 && current[current.length - 1] instanceof Segment last ? last : null;
  }

  /** Memory and disk. */
  long bytes() {
    long bytes = 0;
    for (Piece piece : pieces.get()) {
      bytes += piece.footprint();
    }
    return bytes;
  }

  /** Owner only: seals the newest segment and adds one behind it. */
  void add(Segment added) {
    Piece[] current = pieces.get();
    if (current.length > 0 && current[current.length - 1] instanceof Segment sealed) {
      store.charge(sealed.charge());
      sealedBytes += sealed.footprint();
    }
    store.charge(added.charge());
    added.sealedBefore = sealedBytes;
    while (true) {
      Piece[] longer = Arrays.copyOf(current, current.length + 1);
      longer[current.length] = added;
      if (pieces.compareAndSet(current, longer)) {
        return;
      }
      current = pieces.get();
    }
  }

  /**
   * Owner only: hands to the disk, or drops, what is more than should be in memory.
   *
   * @param retainBytes what should be, beside the newest segment
   * @param least the same while memory is tight
   */
  void retire(long retainBytes, long least) {
    boolean tight = store.isTight();
    long retain = tight ? Math.min(retainBytes, least) : retainBytes;
    Piece[] current = pieces.get();
    int keepFrom = keepFrom(current, sealedBytes - retain);
    long below = current[keepFrom].start();
    if (spool == null) {
      dropBelow(below, tight ? DropCause.BUDGET : DropCause.PRUNED);
    } else if (keepFrom > 0) {
      dropWhatWaitsTooLong(spool, current, keepFrom);
      spool.spillBelow(below);
    }
  }

  /**
   * The disk does not keep up, and more waits for it than may be there: the oldest goes, with all
   * before it, so that there is no hole.
   */
  private void dropWhatWaitsTooLong(Spool disk, Piece[] current, int keepFrom) {
    long waiting = 0;
    int from = keepFrom;
    while (from > 0 && current[from - 1] instanceof Segment segment) {
      waiting += segment.footprint();
      from--;
    }
    long excess = store.excess();
    long tooMuch = Math.max(waiting - disk.limit(), excess);
    int to = from;
    while (to < keepFrom && tooMuch > 0) {
      tooMuch -= current[to].footprint();
      to++;
    }
    if (to > from) {
      dropBelow(current[to].start(), excess > 0 ? DropCause.BUDGET : DropCause.PRUNED);
    }
  }

  /** Owner only, when nothing will be added: gives memory back if that is tight. */
  void retireAll() {
    if (spool != null && store.isTight()) {
      spool.spillBelow(Long.MAX_VALUE);
    }
  }

  /** The oldest segment in memory that ends at or before an offset. */
  @Nullable Segment oldestInMemory(long below) {
    Piece[] current = pieces.get();
    int at = firstInMemory(current);
    return at + 1 < current.length
            && current[at + 1].start() <= below
            && current[at] instanceof Segment segment
        ? segment
        : null;
  }

  /** The segment's bytes are on disk now; if it was dropped meanwhile, nothing changes. */
  void replace(Segment segment, SpilledSegment spilled) {
    while (true) {
      Piece[] current = pieces.get();
      int at = firstInMemory(current);
      if (at == current.length || current[at] != segment) {
        return;
      }
      Piece[] changed = current.clone();
      changed[at] = spilled;
      if (pieces.compareAndSet(current, changed)) {
        store.charge(-segment.uncharge());
        return;
      }
    }
  }

  /**
   * A file may be gone: drops in one step what is in such files, with all that is older, so that
   * the first offset held is the truth.
   *
   * @param least drops at least what ends at or before this offset
   */
  void dropLost(long least) {
    Piece[] current = pieces.get();
    long below = least;
    Path there = null;
    for (int i = 0; i + 1 < current.length; i++) {
      if (current[i] instanceof SpilledSegment spilled && !spilled.file().equals(there)) {
        if (Files.exists(spilled.file())) {
          there = spilled.file();
        } else {
          below = Math.max(below, current[i + 1].start());
        }
      }
    }
    if (dropBelow(below, DropCause.DISK_ERROR) && spool != null) {
      spool.lost();
    }
  }

  /** Drops the pieces that end at or before an offset; returns whether there were any. */
  boolean dropBelow(long offset, DropCause cause) {
    while (true) {
      Piece[] current = pieces.get();
      int drop = 0;
      while (drop + 1 < current.length && current[drop + 1].start() <= offset) {
        drop++;
      }
      if (drop == 0) {
        return false;
      }
      if (pieces.compareAndSet(current, Arrays.copyOfRange(current, drop, current.length))) {
        release(current, drop);
        store.dropped(cause, current[drop].start() - current[0].start());
        return true;
      }
    }
  }

  /** Nobody will ask for the run again: lets go of the disk, and of the budget of memory. */
  void discard() {
    while (true) {
      Piece[] current = pieces.get();
      int at = firstInMemory(current);
      if (pieces.compareAndSet(current, Arrays.copyOfRange(current, at, current.length))) {
        release(current, current.length);
        break;
      }
    }
    if (spool != null) {
      spool.discard();
    }
  }

  private void release(Piece[] current, int upTo) {
    for (int i = 0; i < upTo; i++) {
      if (current[i] instanceof Segment segment) {
        store.charge(-segment.uncharge());
      }
    }
  }

  /** Index of the piece that a journal offset lies in, if it is held. */
  static int pieceAt(Piece[] pieces, long position) {
    int low = 0;
    int high = pieces.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (pieces[middle].start() <= position) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** The last segment with at most so many sealed bytes before it, or the first in memory. */
  private static int keepFrom(Piece[] pieces, long sealedBefore) {
    int low = firstInMemory(pieces);
    int high = pieces.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (pieces[middle] instanceof Segment segment && segment.sealedBefore <= sealedBefore) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private static int firstInMemory(Piece[] pieces) {
    int low = 0;
    int high = pieces.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (pieces[middle] instanceof Segment) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
