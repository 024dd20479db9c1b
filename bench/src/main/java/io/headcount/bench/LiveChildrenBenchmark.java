package io.headcount.bench;

import io.headcount.child.linux.LinuxChildAdapter;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * What a live idle child costs the JVM that started it, and how long stopping all of them takes.
 * The main of a JVM of its own, which measures one contender once and prints one {@link
 * LiveFigures}.
 *
 * <p>Memory is the heap in use after a collection, plus the resident memory outside the heap; the
 * heap itself is resident from the start ({@link #JVM_FLAGS}), so that how the collector grows it
 * does not count. Threads and descriptors are those in {@code /proc}. What the kernel itself holds
 * for a child is not counted.
 */
public final class LiveChildrenBenchmark {
  /** So that resident memory moves only by what is outside the heap. */
  static final List<String> JVM_FLAGS =
      List.of("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC");

  private static final List<String> SLEEP = List.of("/bin/sleep", "3600");

  /** One after the other, so that no pool of threads is filled before the count starts. */
  private static final int WARM_UP_CHILDREN = 500;

  private LiveChildrenBenchmark() {}

  /** Children that run until they are stopped. */
  private interface Group {
    void stopAll() throws IOException, InterruptedException;
  }

  /** Takes the contender's name and the number of children. */
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[1]);
    switch (LiveContender.valueOf(args[0])) {
      case LINUX -> {
        try (LinuxChildAdapter adapter =
            LinuxChildAdapter.create(LinuxChildAdapter.Options.defaults())) {
          System.out.println(measure(count, children -> linux(adapter, children)));
        }
      }
      case PROCESS_BUILDER ->
          System.out.println(measure(count, children -> processBuilder(children, false)));
      case PROCESS_BUILDER_READ ->
          System.out.println(measure(count, children -> processBuilder(children, true)));
    }
  }

  private static LiveFigures measure(int count, IntFunction<Group> start)
      throws IOException, InterruptedException {
    for (int i = 0; i < WARM_UP_CHILDREN; i++) {
      start.apply(1).stopAll();
    }
    long memoryBefore = memory();
    long threadsBefore = status("Threads");
    long descriptorsBefore = descriptors();
    Group group = start.apply(count);
    long memory = memory() - memoryBefore;
    long threads = status("Threads") - threadsBefore;
    long descriptors = descriptors() - descriptorsBefore;
    long began = System.nanoTime();
    group.stopAll();
    long stopMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    double children = count;
    return new LiveFigures(
        memory / 1024.0 / children, threads / children, descriptors / children, stopMillis);
  }

  private static Group linux(LinuxChildAdapter adapter, int count) {
    List<Spawns.Started> children = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      children.add(Spawns.start(adapter, SLEEP));
    }
    children.forEach(child -> child.child.join());
    return () -> {
      children.forEach(child -> child.owner.execute(() -> child.child.join().stop(Spawns.STOP)));
      children.forEach(child -> child.end.join());
    };
  }

  /**
   * ProcessBuilder's children.
   *
   * @param read whether both streams are read, by a thread each, as a child that may write needs
   */
  private static Group processBuilder(int count, boolean read) {
    List<Process> children = new ArrayList<>(count);
    List<Thread> readers = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        Process child = new ProcessBuilder(SLEEP).start();
        child.getOutputStream().close();
        children.add(child);
        if (read) {
          readers.add(reader(child.getInputStream()));
          readers.add(reader(child.getErrorStream()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return () -> {
      children.forEach(Process::destroy);
      for (Process child : children) {
        child.waitFor();
      }
      for (Thread reader : readers) {
        reader.join();
      }
      for (Process child : children) {
        child.getInputStream().close();
        child.getErrorStream().close();
      }
    };
  }

  /** A platform thread: reading a pipe holds the carrier of a virtual one, and there are 256. */
  private static Thread reader(InputStream stream) {
    return Thread.ofPlatform().daemon(true).start(() -> drain(stream));
  }

  private static void drain(InputStream stream) {
    try (stream) {
      stream.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The JDK closes what it reads when the child exits.
    }
  }

  /** Bytes: the heap in use, and what is resident outside it. */
  private static long memory() throws IOException, InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(100); // cleaners, compilers and freed stacks
    }
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    return heap + status("VmRSS") * 1024;
  }

  private static long descriptors() {
    String[] open = new File("/proc/self/fd").list();
    return open == null ? 0 : open.length;
  }

  private static long status(String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("/proc/self/status has no " + field);
  }
}
