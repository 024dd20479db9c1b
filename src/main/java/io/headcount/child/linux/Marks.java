package io.headcount.child.linux;

import io.headcount.child.linux.libc.Processes;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers by which the processes of a run are known whatever they do to their session, their parent
 * and their environment: the limit of file locks, which Linux has not looked at since 2.4. It is
 * inherited, everybody may read it in {@code /proc}, and only root can raise it again. A child has
 * it before it executes its command, so all that it forks have it.
 */
final class Marks {
  /** Where there is no mark. */
  static final long NONE = 0;

  private static final long LEAST = 1L << 20;
  private static final long MOST = 1L << 40;

  private final MarkRange range;
  private final AtomicLong next;

  /**
   * Below our own limit, for that may be the mark that another Headcount gave us; anywhere below,
   * so that the processes of an earlier one have others.
   */
  Marks() {
    long own = Processes.ownLimit(Processes.RLIMIT_LOCKS);
    long half = own / 2;
    if (half < LEAST) {
      range = MarkRange.NONE;
    } else {
      long first = ThreadLocalRandom.current().nextLong(half, half + half / 2);
      range = new MarkRange(first, first + Math.min(MOST, half / 2) - 1);
    }
    next = new AtomicLong(range.first());
  }

  /** All that are given; what is known by them is ours, and of this life of the service. */
  MarkRange range() {
    return range;
  }

  long next() {
    return range.isEmpty() || next.get() > range.last() ? NONE : next.getAndIncrement();
  }

  /** Whether we gave this mark to a run. */
  boolean isOurs(long mark) {
    return mark != NONE && range.first() <= mark && mark < next.get();
  }
}
