package io.headcount.child.jdk;

import com.sun.management.UnixOperatingSystemMXBean;
import io.headcount.child.Capacity;
import io.headcount.child.Census;
import io.headcount.child.ChildAdapter;
import io.headcount.child.ChildListener;
import io.headcount.child.ChildSpec;
import io.headcount.child.Owner;
import io.headcount.child.StartFailure;
import io.headcount.child.StartFailure.Kind;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs commands with what the JDK offers everywhere: {@link ProcessBuilder} and {@link
 * ProcessHandle}. It keeps the child contract with the exceptions listed in {@code
 * docs/adapters.md}.
 *
 * <p>A live child costs a thread of the JDK's that waits for its exit, a thread and a descriptor
 * for each output that is no file's, and one of each for a piped standard input.
 */
public final class JdkChildAdapter implements ChildAdapter {
  private static final Logger log = LoggerFactory.getLogger(JdkChildAdapter.class);

  /** How long a full pipe may hold up a write to standard input. */
  public static final Duration STDIN_WAIT = Duration.ofSeconds(1);

  /** How often to look for descendants while nothing else asks for a look. */
  public static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private static final int STARTS_AT_ONCE = 2;
  private static final StartFailure NO_THREAD =
      new StartFailure(
          Kind.RESOURCES,
          "EAGAIN",
          "cannot start a command: EAGAIN, no thread left for it; try again later");

  private final long stdinWaitNanos;
  private final List<OwnerThread> owners;
  private final ThreadFactory threads =
      Thread.ofPlatform().name("child-jdk-run-", 0).daemon().stackSize(256 << 10).factory();
  private final Semaphore starts = new Semaphore(STARTS_AT_ONCE, true);
  private final ProcessWatch watch;
  private final Launcher launcher;
  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicLong pipes = new AtomicLong();
  private final @Nullable UnixOperatingSystemMXBean system;

  /** An adapter with the usual times. */
  public JdkChildAdapter() {
    this(STDIN_WAIT, LOOK_EVERY);
  }

  /**
   * An adapter.
   *
   * @param stdinWait how long a full pipe may hold up a write to standard input
   * @param lookEvery how often to look for descendants while nothing else asks for a look
   */
  public JdkChildAdapter(Duration stdinWait, Duration lookEvery) {
    stdinWaitNanos = stdinWait.toNanos();
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    owners =
        IntStream.range(0, threads)
            .mapToObj(number -> new OwnerThread("child-jdk-owner-" + number).start())
            .toList();
    watch = new ProcessWatch(lookEvery);
    launcher = new Launcher(this::freeDescriptors);
    system =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix
            : null;
  }

  @Override
  public String name() {
    return "jdk";
  }

  @Override
  public Owner nextOwner() {
    return owners.get(Math.floorMod(turn.getAndIncrement(), owners.size()));
  }

  @Override
  public Optional<String> cwdProblem(Path cwd) {
    return StartErrors.cwdFailure(cwd).map(StartFailure::message);
  }

  @Override
  public Path executable(String command, @Nullable String path, Path cwd) {
    try {
      return CommandPath.file(cwd, CommandPath.resolve(command, path, cwd)).toPath();
    } catch (StartFailedException e) { // there is none, as the start will say
      return cwd.resolve(command);
    }
  }

  @Override
  public void start(ChildSpec spec, Owner owner, ChildListener listener) {
    try {
      threads.newThread(() -> run(spec, owner, listener)).start();
    } catch (OutOfMemoryError e) {
      owner.execute(() -> listener.startFailed(NO_THREAD));
    }
  }

  /**
   * Starts a command and reads its standard output on the same thread: so the monitor of the stream
   * is ours before the JDK's reaper of a command that exits at once can ask for it. The reaper
   * takes the streams in turn, standard output first. See {@link OutputPump}.
   */
  private void run(ChildSpec spec, Owner owner, ChildListener listener) {
    try {
      Process process = launch(spec);
      synchronized (process.getInputStream()) {
        new JdkChild(process, spec, owner, listener, watch, stdinWaitNanos, pipes).run();
      }
    } catch (StartFailedException e) {
      tell(owner, () -> listener.startFailed(e.failure()));
    } catch (OutOfMemoryError e) {
      tell(owner, () -> listener.startFailed(NO_THREAD));
    } catch (RejectedExecutionException e) {
      log.warn("event=start-dropped reason=adapter-closed");
    }
  }

  private Process launch(ChildSpec spec) throws StartFailedException {
    starts.acquireUninterruptibly();
    try {
      return launcher.launch(spec);
    } finally {
      starts.release();
    }
  }

  private static void tell(Owner owner, Runnable news) {
    try {
      owner.execute(news);
    } catch (RejectedExecutionException e) {
      log.warn("event=start-failure-dropped reason=adapter-closed");
    }
  }

  @Override
  public Capacity capacity() {
    return new Capacity(
        system == null ? 0 : system.getOpenFileDescriptorCount(),
        system == null ? Long.MAX_VALUE : system.getMaxFileDescriptorCount(),
        Launcher.DESCRIPTORS_PER_START,
        0,
        Long.MAX_VALUE);
  }

  private long freeDescriptors() {
    Capacity now = capacity();
    return now.maxDescriptors() - now.openDescriptors();
  }

  @Override
  public CompletableFuture<Census> census() {
    return watch.census();
  }

  @Override
  public Map<String, Long> openDescriptors() {
    return Map.of("pipe", pipes.get());
  }

  @Override
  public Map<String, String> capabilities() {
    return Map.of(
        "adapter",
        name(),
        "platform",
        System.getProperty("os.name", "unknown"),
        "sessions",
        "no",
        "limits",
        "no",
        "signals",
        Platform.current().posix() ? "SIGTERM, SIGKILL" : "SIGKILL",
        "exit-above-128",
        Platform.current().posix() ? "unknown" : "yes");
  }

  @Override
  public void close() {
    owners.forEach(OwnerThread::close);
    watch.close();
  }
}
