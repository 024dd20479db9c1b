package io.headcount.bench.core;

import io.headcount.bench.core.Contender.Running;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * A JVM in which one contender works, so that it stays warm from round to round while the others
 * have their turns. It takes the commands that {@code floor.c} lists and answers as that does. The
 * memory of {@code weigh} is the heap in use after a collection plus what is resident outside the
 * heap, without what malloc(3) keeps though it is free; the heap itself is resident from the start
 * ({@link #JVM_FLAGS}), so that how the collector grows it does not count. What the kernel itself
 * holds for a child is not counted.
 */
public final class Worker {
  static final List<String> JVM_FLAGS =
      List.of("-Xms192m", "-Xmx192m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC");

  /** How long the end of a tree may take. */
  private static final long TREE_MILLIS = 3_000;

  private static final long READY_MILLIS = 10_000;

  /**
   * Fields 14 to 17 of {@code /proc/self/stat}, counted from the one after the name: processor
   * time, own and the children's, in ticks of which Linux has 100 a second wherever Java runs.
   */
  private static final int UTIME = 11;

  private static final double MICROS_A_TICK = 10_000;

  private final Contender contender;
  private final Held held;

  private Worker(Contender contender) {
    this.contender = contender;
    this.held = new Held(contender);
  }

  /** Takes the name of a {@link Way}, and commands from standard input until its end. */
  public static void main(String[] args) throws Exception {
    try (Contender contender = Way.valueOf(args[0]).open()) {
      Worker worker = new Worker(contender);
      BufferedReader commands =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        System.out.println(worker.answer(List.of(line.split(" "))));
      }
      worker.held.stop();
    }
    System.exit(0); // whatever threads the library left
  }

  private String answer(List<String> words) {
    try {
      return switch (words.getFirst()) {
        case "spawn" -> spawn(number(words, 1), number(words, 2), words.subList(3, words.size()));
        case "hold" -> {
          String why =
              held.upTo(
                  number(words, 1),
                  TimeUnit.SECONDS.toMillis(number(words, 2)),
                  words.subList(3, words.size()));
          yield "ok " + held.count() + " " + why;
        }
        case "weigh" -> weigh();
        case "stop" -> ok(held.stop());
        case "tree" -> tree(Path.of(words.get(1)), words.subList(2, words.size()));
        case "carry" -> carry(words.subList(1, words.size()));
        default -> "none it does not know this command";
      };
    } catch (Exception | OutOfMemoryError e) {
      e.printStackTrace();
      return "none " + String.valueOf(e).lines().findFirst().orElse("");
    }
  }

  private static int number(List<String> words, int index) {
    return Integer.parseInt(words.get(index));
  }

  private static String ok(double... figures) {
    StringBuilder answer = new StringBuilder("ok");
    for (double figure : figures) {
      answer.append(String.format(Locale.ROOT, " %.3f", figure));
    }
    return answer.toString();
  }

  static double millisSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }

  /** Each caller has one child at a time. */
  private String spawn(int callers, int millis, List<String> argv)
      throws IOException, InterruptedException, ExecutionException {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<Long>> counts = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
      for (int i = 0; i < callers; i++) {
        counts.add(threads.submit(() -> caller(start, millis, argv)));
      }
      long cpu = ticks();
      long began = System.nanoTime();
      start.countDown();
      long total = 0;
      for (Future<Long> count : counts) {
        total += count.get();
      }
      double seconds = millisSince(began) / 1000;
      return ok(total / seconds, (ticks() - cpu) * MICROS_A_TICK / total);
    }
  }

  private long caller(CountDownLatch start, int millis, List<String> argv)
      throws IOException, InterruptedException {
    start.await();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    long count = 0;
    do {
      contender.run(argv);
      count++;
    } while (System.nanoTime() - end < 0);
    return count;
  }

  private static long ticks() throws IOException {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = 0;
    for (int i = UTIME; i < UTIME + 4; i++) {
      ticks += Long.parseLong(fields[i]);
    }
    return ticks;
  }

  private static String weigh() throws IOException, InterruptedException, JMException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(50); // cleaners, compilers and freed stacks
    }
    trimNativeHeap();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    String[] files = new File("/proc/self/fd").list();
    return ok(heap / 1024.0 + status("VmRSS"), status("Threads"), files == null ? 0 : files.length);
  }

  /** What was freed, by compilers above all, is given back, so that it does not count. */
  private static void trimNativeHeap() throws JMException {
    ManagementFactory.getPlatformMBeanServer()
        .invoke(
            new ObjectName("com.sun.management:type=DiagnosticCommand"),
            "systemTrimNativeHeap",
            new Object[0],
            new String[0]);
  }

  private static long status(String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(field + ":")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("/proc/self/status has no " + field);
  }

  private String tree(Path ready, List<String> argv)
      throws IOException, InterruptedException, TimeoutException {
    Running tree = contender.start(argv);
    tree.awaitStart();
    long asked = System.nanoTime();
    while (!Files.exists(ready)) {
      if (millisSince(asked) > READY_MILLIS) {
        return "none the tree did not grow";
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
    long began = System.nanoTime();
    tree.terminateTree();
    try {
      tree.await(TREE_MILLIS);
    } catch (TimeoutException e) {
      return "none it waits for what it left alive";
    }
    return ok(millisSince(began));
  }

  private String carry(List<String> argv)
      throws IOException, InterruptedException, TimeoutException {
    long began = System.nanoTime();
    Running child = contender.start(argv);
    child.await(TimeUnit.MINUTES.toMillis(1));
    double seconds = millisSince(began) / 1000;
    child.requireSuccess();
    return ok(child.bytes(), seconds);
  }
}
