package io.headcount.child;

/**
 * How much room the machine has left. A maximum of {@link Long#MAX_VALUE} is none.
 *
 * @param openDescriptors descriptors open in the service
 * @param maxDescriptors most it may open
 * @param descriptorsPerChild most that one child needs in the service
 * @param pids processes and threads in the service's cgroup, 0 where unknown
 * @param maxPids the cgroup's {@code pids.max}
 */
public record Capacity(
    long openDescriptors, long maxDescriptors, int descriptorsPerChild, long pids, long maxPids) {}
