package io.headcount.child;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One live process of a run. What the platform does not tell is null.
 *
 * @param pid process id
 * @param ppid its parent
 * @param startTime when it started; with the pid it names one process for ever
 * @param state the letter of {@code proc(5)}: R, S, D, T, Z ...
 * @param rssBytes resident memory
 * @param cpuMs processor time used
 * @param fds open descriptors
 * @param command its command line, cut at 4 KiB
 * @param escaped whether it left the run's session
 */
public record ProcessInfo(
    long pid,
    @Nullable Long ppid,
    @Nullable Instant startTime,
    @Nullable String state,
    @Nullable Long rssBytes,
    @Nullable Long cpuMs,
    @Nullable Integer fds,
    String command,
    boolean escaped) {}
