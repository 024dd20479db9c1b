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

  private static final long ROOM = 1L << 20;

  private final long own = Processes.ownLimit(Processes.RLIMIT_LOCKS);
  private final long first;
  private final AtomicLong next;

  /**
   * Below our own limit, for that may be the mark that another Headcount gave us; anywhere below,
   * so that the processes of an earlier one have others.
   */
  Marks() {
    long half = own / 2;
    first = half < ROOM ? NONE : ThreadLocalRandom.current().nextLong(half, half + half / 2);
    next = new AtomicLong(first);
  }

  long next() {
    return next.get() == NONE ? NONE : next.getAndIncrement();
  }

  /** Whether we gave this mark to a run. */
  boolean isOurs(long mark) {
    return mark != NONE && first <= mark && mark < next.get();
  }
}
