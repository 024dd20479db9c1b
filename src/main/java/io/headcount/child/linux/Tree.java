package io.headcount.child.linux;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a run's processes before any look: who led it and what its members carry. Its
 * session and its process group have the leader's pid.
 *
 * @param leader pid of the leader, unreaped while the run lives, so nobody else's
 * @param cookie what its members have in their environment
 * @param mark what its members inherit as a limit, see {@link Marks}
 * @param cgroup that they are in; null without cgroups
 */
record Tree(int leader, String cookie, long mark, @Nullable RunCgroup cgroup) {}
