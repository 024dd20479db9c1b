package io.headcount.child.linux;

/**
 * A process as {@code /proc/pid/stat} shows it ({@code proc_pid_stat(5)}).
 *
 * @param pid process id
 * @param startTicks when it started, in clock ticks since boot; with the pid it names one process
 * @param ppid its parent
 * @param pgrp its process group
 * @param session its session
 * @param state R, S, D, T, Z ...
 * @param cpuTicks processor time used, in clock ticks
 * @param rssPages resident pages
 */
record ProcEntry(
    int pid,
    long startTicks,
    int ppid,
    int pgrp,
    int session,
    char state,
    long cpuTicks,
    long rssPages) {

  /** Dead: it only waits to be waited for. */
  boolean isZombie() {
    return state == 'Z' || state == 'X';
  }

  ProcId id() {
    return new ProcId(pid, startTicks);
  }
}
