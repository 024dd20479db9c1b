package io.headcount.child.linux;

import io.headcount.child.Capacity;
import io.headcount.child.linux.libc.Processes;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How much room is left. Our own descriptors are counted as they come and go; the rest of the
 * process's (sockets, jars) is counted at most once a second, so asking costs next to nothing.
 */
final class MachineCapacity {
  /** Three pipes of two ends each and a pidfd, while it starts. */
  private static final int DESCRIPTORS_PER_CHILD = 7;

  private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Descriptors descriptors;
  private final long maxDescriptors = Processes.ownLimit(Processes.RLIMIT_NOFILE);
  private final @Nullable Path pids = pidsFolder();
  private long others;
  private long pidsUsed;
  private long pidsMax = Long.MAX_VALUE;
  private long countedAt;

  MachineCapacity(Descriptors descriptors) {
    this.descriptors = descriptors;
    this.countedAt = System.nanoTime() - MAX_AGE_NANOS;
  }

  synchronized Capacity now() {
    long now = System.nanoTime();
    if (now - countedAt >= MAX_AGE_NANOS) {
      countedAt = now;
      long ours = descriptors.total();
      String[] open = new File("/proc/self/fd").list();
      others = open == null ? others : Math.max(0, open.length - 1 - ours);
      pidsMax = read("pids.max", Long.MAX_VALUE);
      pidsUsed = read("pids.current", 0);
    }
    return new Capacity(
        others + descriptors.total(), maxDescriptors, DESCRIPTORS_PER_CHILD, pidsUsed, pidsMax);
  }

  /** A file that holds a number or {@code max}. */
  private long read(String name, long otherwise) {
    if (pids == null) {
      return otherwise;
    }
    try {
      String text = Files.readString(pids.resolve(name)).strip();
      return text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text);
    } catch (IOException | NumberFormatException e) {
      return otherwise;
    }
  }

  /** Our cgroup's folder, where the pids controller counts; version 2 first, then version 1. */
  private static @Nullable Path pidsFolder() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
        String[] parts = line.split(":", 3);
        String mount = parts[1].isEmpty() ? "/sys/fs/cgroup" : "/sys/fs/cgroup/" + parts[1];
        if (parts[1].isEmpty() || parts[1].equals("pids")) {
          // In a container the path may be the host's, and the folder itself be ours.
          for (Path folder : new Path[] {Path.of(mount + parts[2]), Path.of(mount)}) {
            if (Files.isReadable(folder.resolve("pids.max"))) {
              return folder;
            }
          }
        }
      }
    } catch (IOException e) {
      return null;
    }
    return null;
  }
}
