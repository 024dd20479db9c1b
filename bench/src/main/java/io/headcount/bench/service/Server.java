package io.headcount.bench.service;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The process of a contender and the helpers below it. Ended when closed, or by its {@link Scene}
 * should the benchmark be told to end before.
 */
final class Server implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;
  private static final int FIRST_TIME = 11;
  private static final int TIMES = 4;
  private static final double MICROS_A_TICK = 10_000;
  private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

  private final Process process;
  private final Path log;

  private Server(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * Starts it.
   *
   * @param folder its working directory, into which its log goes
   */
  static Server start(Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    Path log = folder.resolve("log");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      ALIVE.add(process);
      return new Server(process, log);
    } catch (IOException e) {
      throw new IOException("expected " + command.getFirst() + "; bench/install installs it", e);
    }
  }

  /** Ends all that were started and are not closed, at once. */
  static void endAll() {
    ALIVE.forEach(Process::destroyForcibly);
  }

  /** A port that was free a moment ago. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** All that it has said. */
  String log() throws IOException {
    return Files.readString(log);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** It and its helpers, without the children that it was asked for. */
  private List<Long> pids(Set<Path> children) {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .filter(one ->
            one.info().command().map(Path::of).filter(children::contains).isEmpty())
        .map(ProcessHandle::pid)
        .toList();
  }

  /** What it and its helpers have in memory. */
  double residentMebibytes(Set<Path> children) throws IOException {
    return status(children, "VmRSS:\\s*(\\d+) kB") / 1024.0;
  }

  /** The most that its main process ever had in memory. */
  double peakMebibytes() throws IOException {
    Matcher peak =
        Pattern.compile("VmHWM:\\s*(\\d+) kB")
            .matcher(Files.readString(Path.of("/proc/" + process.pid() + "/status")));
    return peak.find() ? Long.parseLong(peak.group(1)) / 1024.0 : 0;
  }

  long threads(Set<Path> children) throws IOException {
    return status(children, "Threads:\\s*(\\d+)");
  }

  private long status(Set<Path> children, String field) throws IOException {
    Pattern pattern = Pattern.compile(field);
    long sum = 0;
    for (long pid : pids(children)) {
      Path status = Path.of("/proc/" + pid + "/status");
      if (Files.exists(status)) {
        Matcher matcher = pattern.matcher(Files.readString(status));
        sum += matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
      }
    }
    return sum;
  }

  /** Processor time of its main process and of the children that it waited for. */
  double cpuMicros() throws IOException {
    String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = 0;
    for (int i = FIRST_TIME; i < FIRST_TIME + TIMES; i++) {
      ticks += Long.parseLong(fields[i]);
    }
    return ticks * MICROS_A_TICK;
  }

  /** Sends SIGTERM and waits until it is gone. */
  boolean terminate() throws InterruptedException {
    process.destroy();
    return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws InterruptedException {
    if (!terminate()) {
      process.destroyForcibly().waitFor();
    }
    ALIVE.remove(process);
  }
}
