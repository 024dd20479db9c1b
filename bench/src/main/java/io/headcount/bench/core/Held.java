package io.headcount.bench.core;

import io.headcount.bench.core.Contender.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The children that one contender keeps alive. One thread uses it. */
final class Held {
  /** So many are started before the first of them is waited for. */
  private static final int AT_ONCE = 50;

  /** The machine is others' too: no more of its process ids than this part is used. */
  private static final double MOST_PIDS = 0.75;

  private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(60);

  private final Contender contender;
  private final List<Running> children = new ArrayList<>();

  Held(Contender contender) {
    this.contender = contender;
  }

  int count() {
    return children.size();
  }

  /**
   * Starts children until so many live.
   *
   * @return why there are not so many, empty if there are
   */
  String upTo(int count, long millis, List<String> argv) throws IOException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (children.size() < count) {
      if (System.nanoTime() - end > 0) {
        return "time was up";
      }
      if (tasks() > MOST_PIDS * mostTasks()) {
        return "its threads and children took 3/4 of the machine's process ids";
      }
      String why = start(Math.min(AT_ONCE, count - children.size()), argv);
      if (!why.isEmpty()) {
        return why;
      }
    }
    return "";
  }

  private String start(int count, List<String> argv) {
    List<Running> batch = new ArrayList<>(count);
    String why = "";
    try {
      for (int i = 0; i < count; i++) {
        batch.add(contender.start(argv));
      }
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      why = why(e);
    }
    for (Running child : batch) {
      try {
        child.awaitStart();
        children.add(child);
      } catch (IOException | RuntimeException e) {
        why = why(e);
      }
    }
    return why;
  }

  private static String why(Throwable fault) {
    Throwable root = fault;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String said = String.valueOf(root.getMessage());
    if (said.contains("EMFILE")
        || said.contains("Too many open files")
        || said.contains("descriptor")) {
      return "no descriptor was left";
    }
    return said.lines().findFirst().orElse(root.getClass().getSimpleName());
  }

  /** Ends all; milliseconds from the first order until the last is settled. */
  double stop() throws IOException, InterruptedException, TimeoutException {
    long began = System.nanoTime();
    for (Running child : children) {
      child.terminate();
    }
    for (Running child : children) {
      child.await(STOP_MILLIS);
    }
    double millis = Worker.millisSince(began);
    children.clear();
    return millis;
  }

  /** Processes and threads that there are; the fourth field of proc(5)'s {@code loadavg}. */
  private static long tasks() throws IOException {
    String field = Files.readString(Path.of("/proc/loadavg")).split(" ")[3];
    return Long.parseLong(field.substring(field.indexOf('/') + 1));
  }

  private static long mostTasks() throws IOException {
    // read at once: it has no second part for a reader that takes it in pieces
    return Long.parseLong(Files.readAllLines(Path.of("/proc/sys/kernel/pid_max")).getFirst());
  }
}
