package io.headcount.child;

import java.util.List;

/**
 * How a child's tree ended. After this the adapter holds nothing for the run, except what was kept.
 *
 * @param escalated whether SIGKILL was needed after the grace
 * @param survivors what could not be ended
 * @param kept whether descendants live on because the request said so
 * @param outputTruncated whether somebody still held the output when reading stopped
 */
public record ChildEnd(
    boolean escalated, List<ProcessInfo> survivors, boolean kept, boolean outputTruncated) {
  public ChildEnd {
    survivors = List.copyOf(survivors);
  }
}
