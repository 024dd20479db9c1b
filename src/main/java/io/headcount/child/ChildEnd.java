package io.headcount.child;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a child's tree ended. After this the adapter holds nothing for the run, except what was kept.
 *
 * @param escalated whether SIGKILL was needed after the grace
 * @param survivors what could not be ended
 * @param kept whether descendants live on because the request said so
 * @param outputTruncated whether somebody still held the output when reading stopped
 * @param oomKilled whether the kernel ended one of it for want of memory; null where nobody tells
 */
public record ChildEnd(
    boolean escalated,
    List<ProcessInfo> survivors,
    boolean kept,
    boolean outputTruncated,
    @Nullable Boolean oomKilled) {
  public ChildEnd {
    survivors = List.copyOf(survivors);
  }

  /** One of which nobody tells whether memory was short. */
  public ChildEnd(
      boolean escalated, List<ProcessInfo> survivors, boolean kept, boolean outputTruncated) {
    this(escalated, survivors, kept, outputTruncated, null);
  }
}
