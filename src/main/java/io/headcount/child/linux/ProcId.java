package io.headcount.child.linux;

/**
 * Names one process for ever: a pid is used again, a pid with its start time is not.
 *
 * @param startTicks in clock ticks since boot
 */
record ProcId(int pid, long startTicks) {}
