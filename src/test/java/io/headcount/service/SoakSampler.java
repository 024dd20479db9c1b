package io.headcount.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Looks at a service from outside: what the kernel says of its process and of its children, and the
 * heap after a full collection.
 */
final class SoakSampler {
  private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d+)");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+)");
  private static final Pattern HEAP =
      Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\",.*} ([0-9.E+]+)");
  private static final Pattern GUARDIAN = Pattern.compile("\"guardian\":(\\d+)");
  private static final double MIB = 1 << 20;

  private final ServiceProcess service;
  private final Path process;
  private final Set<String> helpers = new HashSet<>();
  private final long started = System.nanoTime();
  private double heap;

  /** What was seen, at a time in seconds; sizes are MiB. */
  record Sample(
      double at,
      int runs,
      double descriptors,
      double threads,
      double heap,
      double resident,
      double live,
      double zombies) {}

  SoakSampler(ServiceProcess service) throws Exception {
    this.service = service;
    this.process = Path.of("/proc", Long.toString(service.pid()));
    Matcher guardian = GUARDIAN.matcher(service.manage("/actuator/headcount").body());
    if (guardian.find()) {
      helpers.add(guardian.group(1));
    }
  }

  /** Collects garbage, so that what is left is what is held. */
  void collect() throws Exception {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process run =
        new ProcessBuilder(jcmd, Long.toString(service.pid()), "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (!run.waitFor(60, TimeUnit.SECONDS) || run.exitValue() != 0) {
      throw new AssertionError("jcmd GC.run did not work");
    }
    Matcher used = HEAP.matcher(service.manage("/actuator/prometheus").body());
    double sum = 0;
    while (used.find()) {
      sum += Double.parseDouble(used.group(1));
    }
    heap = sum / MIB;
  }

  Sample sample(int runs) throws IOException {
    String status = Files.readString(process.resolve("status"));
    int live = 0;
    int zombies = 0;
    for (String child : children()) {
      char state = state(child);
      zombies += state == 'Z' ? 1 : 0;
      live += state != 'Z' && state != ' ' ? 1 : 0;
    }
    return new Sample(
        (System.nanoTime() - started) / 1e9,
        runs,
        descriptors(),
        number(THREADS, status),
        heap,
        number(RESIDENT, status) / 1024.0,
        live,
        zombies);
  }

  /** Those of connections are the clients' affair. */
  private double descriptors() throws IOException {
    try (Stream<Path> all = Files.list(process.resolve("fd"))) {
      return all.filter(
              fd -> {
                try {
                  return !Files.readSymbolicLink(fd).toString().startsWith("socket:");
                } catch (IOException e) {
                  return false; // closed meanwhile
                }
              })
          .count();
    }
  }

  private List<String> children() throws IOException {
    List<String> all = new ArrayList<>();
    try (Stream<Path> threads = Files.list(process.resolve("task"))) {
      for (Path thread : threads.toList()) {
        try {
          for (String pid : Files.readString(thread.resolve("children")).split(" ", -1)) {
            if (!pid.isBlank() && !helpers.contains(pid)) {
              all.add(pid);
            }
          }
        } catch (IOException e) {
          // That thread has ended.
        }
      }
    }
    return all;
  }

  private static char state(String pid) {
    try {
      String stat = Files.readString(Path.of("/proc", pid, "stat"), StandardCharsets.ISO_8859_1);
      return stat.charAt(stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return ' ';
    }
  }

  private static double number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new AssertionError(pattern + " is not in " + text);
    }
    return Double.parseDouble(matcher.group(1));
  }
}
