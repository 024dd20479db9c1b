package io.headcount.child.linux;

import io.headcount.child.linux.libc.Processes;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers by which the processes of a run are known whatever they do to their session, their parent
 * and their environment: the limit of file locks, which Linux has not looked at since 2.4. It is
 * inherited, everybody may read it in {@code /proc}, and only root can raise it again.
 *
 * <p>The first of the range is the service's own, soft, limit: so whatever it starts is within the
 * range from its first moment, and nobody else is.
 */
final class Marks {
  /** Where there is no mark. */
  static final long NONE = 0;

  private static final long LEAST = 1L << 20;
  private static final long MOST = 1L << 40;

  private final MarkRange range;
  private final AtomicLong next;

  /**
   * Below our own limit, for that may be the mark that another Headcount gave us, which we keep
   * then; anywhere below, so that the processes of an earlier one have others.
   */
  Marks() {
    long own = Processes.ownLimit(Processes.RLIMIT_LOCKS);
    long half = own / 2;
    if (half < LEAST) {
      range = MarkRange.NONE;
    } else {
      long first = ThreadLocalRandom.current().nextLong(half, half + half / 2);
      range = new MarkRange(first, first + Math.min(MOST, half / 2) - 1);
      if (own == Long.MAX_VALUE) {
        Processes.limitOwnSoftly(Processes.RLIMIT_LOCKS, first);
      }
    }
    next = new AtomicLong(range.first() + 1);
  }

  /** All that are given; what is known by them is ours, and of this life of the service. */
  MarkRange range() {
    return range;
  }

  long next() {
    return range.isEmpty() || next.get() > range.last() ? NONE : next.getAndIncrement();
  }

  /**
   * Marks a child, and so all that it will fork. One that may not be marked (another user's) is
   * known by its session and its environment alone.
   */
  static void set(int pid, long mark) {
    if (mark != NONE) {
      Processes.limit(pid, Processes.RLIMIT_LOCKS, mark);
    }
  }

  /** Takes off what a child has inherited: it belongs to no run, and no sweep is to end it. */
  static void clear(int pid) {
    Processes.limit(pid, Processes.RLIMIT_LOCKS, NONE);
  }

  /** Whether we gave this mark to a run. */
  boolean isOurs(long mark) {
    return range.first() < mark && mark < next.get();
  }
}
