package io.headcount.child.linux;

import io.headcount.child.ChildExit;
import io.headcount.child.Signal;
import io.headcount.child.linux.libc.Processes;
import org.jspecify.annotations.Nullable;

/** Turns what the kernel said of an exit into what we tell of it. */
final class Exits {
  /** Our own peak when it was last asked for: it only grows. */
  private static volatile long ownMaxRssKib;

  private Exits() {}

  static ChildExit toChildExit(Processes.Exit exit) {
    return new ChildExit(
        exit.signaled() ? null : exit.status(),
        exit.signaled() ? Signal.nameOf(exit.status()) : null,
        new ChildExit.Usage(
            exit.userMicros() / 1000, exit.systemMicros() / 1000, maxRss(exit.maxRssKib())));
  }

  /**
   * A spawned child shares our memory until it executes its command, and the kernel books our peak
   * as its own. What is not above our peak is therefore unknown; the kernel's counters are a little
   * vague, hence the margin.
   */
  private static @Nullable Long maxRss(long kib) {
    if (isAboveOurs(kib)) {
      ownMaxRssKib = Processes.ownMaxRssKib();
    }
    return isAboveOurs(kib) ? kib * 1024 : null;
  }

  private static boolean isAboveOurs(long kib) {
    return kib > ownMaxRssKib + ownMaxRssKib / 16;
  }
}
