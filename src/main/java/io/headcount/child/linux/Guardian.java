package io.headcount.child.linux;

import io.headcount.child.Owner;
import io.headcount.child.Signal;
import io.headcount.child.linux.Descriptors.Fd;
import io.headcount.child.linux.Descriptors.Kind;
import io.headcount.child.linux.libc.Epoll;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.NativeBuffer;
import io.headcount.child.linux.libc.Processes;
import io.headcount.child.linux.libc.Spawn;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A small process that outlives the service by a moment: a shell that waits at a pipe whose other
 * end only the service holds. When the service dies, however, the pipe ends, and the shell kills
 * whatever has a mark of this boot ({@code guardian.sh}). When the service ends in order it is told
 * so. Should it die itself, another takes its place; should somebody stop it, it goes on within a
 * second.
 *
 * <p>All of it happens on one event loop.
 */
final class Guardian {
  private static final Logger LOG = LoggerFactory.getLogger(Guardian.class);
  private static final String SHELL = "/bin/sh";
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long LAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long WAKE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long PATIENCE_SECONDS = 2;
  private static final int STDERR = 2;
  private static final byte[] END = "end\n".getBytes(StandardCharsets.US_ASCII);

  private final EventLoop loop;
  private final Descriptors descriptors;
  private final Forest forest;
  private final List<String> argv;
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private volatile int pid;

  // The loop's thread only.
  private final NativeBuffer end = new NativeBuffer(END.length);
  private @Nullable Spawn spawn;
  private @Nullable Fd pipe;
  private @Nullable Fd pidfd;
  private Owner.@Nullable Timer again;
  private long pauseNanos = FIRST_PAUSE_NANOS;
  private long spawnedNanos;
  private boolean closing;

  /**
   * A guardian that does not run yet.
   *
   * @param boot this life of the service, for what it says
   * @param marks what all that it is to end has
   * @param cgroups folder of the cgroups of its runs; empty if they have none
   */
  Guardian(
      String boot,
      MarkRange marks,
      String cgroups,
      EventLoop loop,
      Descriptors descriptors,
      Forest forest) {
    this.loop = loop;
    this.descriptors = descriptors;
    this.forest = forest;
    this.argv =
        List.of(
            SHELL,
            "-c",
            script(),
            "headcount-guardian",
            boot,
            Long.toString(marks.first()),
            Long.toString(marks.last()),
            cgroups);
    end.view(END.length).put(END);
  }

  private static String script() {
    try (InputStream script = Guardian.class.getResourceAsStream("guardian.sh")) {
      if (script == null) {
        throw new IllegalStateException("guardian.sh is not beside the classes");
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its process, empty while there is none. */
  OptionalLong pid() {
    int now = pid;
    return now == 0 ? OptionalLong.empty() : OptionalLong.of(now);
  }

  /** Starts it, so that it is there before the first run is. */
  void start() {
    CompletableFuture<Void> started = new CompletableFuture<>();
    loop.execute(() -> {
      spawn();
      keepAwake();
      started.complete(null);
    });
    await(started);
  }

  /** Of a SIGCONT one that was not stopped hears nothing. */
  private void keepAwake() {
    if (pidfd != null) {
      Processes.pidfdSendSignal(pidfd.number(), Signal.SIGCONT.number());
    }
    loop.schedule(WAKE_NANOS, this::keepAwake);
  }

  /** Tells it that the end is in order, and waits until it is gone. */
  void close() {
    loop.execute(this::tellEnd);
    if (!await(gone)) {
      loop.execute(() -> {
        if (pidfd != null) {
          Processes.pidfdSendSignal(pidfd.number(), Signal.SIGKILL.number());
        }
      });
      await(gone);
    }
  }

  private static boolean await(CompletableFuture<Void> event) {
    try {
      event.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void tellEnd() {
    closing = true;
    if (again != null) {
      again.cancel();
    }
    if (pipe == null) {
      gone.complete(null);
    } else {
      Libc.write(pipe.number(), end, END.length);
      pipe.close();
    }
  }

  private void spawn() {
    again = null;
    spawnedNanos = System.nanoTime();
    int[] ends = new int[2];
    int failure = Libc.pipe2(ends, Libc.O_CLOEXEC);
    if (failure < 0) {
      failed("pipe2", failure);
      return;
    }
    Fd ours = descriptors.opened(Kind.GUARDIAN, ends[1]);
    Spawn.Outcome outcome;
    try (Fd theirs = descriptors.opened(Kind.GUARDIAN, ends[0])) {
      outcome = forest.helper(() -> spawn(theirs));
    }
    if (!(outcome instanceof Spawn.Outcome.Started(int child, int watched))) {
      ours.close();
      failed(SHELL, outcome instanceof Spawn.Outcome.Failed failed ? -failed.errno() : 0);
      return;
    }
    Fd exit = descriptors.opened(Kind.GUARDIAN, watched);
    try {
      loop.register(exit, Epoll.IN, _ -> exited());
    } catch (IllegalStateException e) {
      ours.close();
      exit.close();
      abandon(child);
      failed(String.valueOf(e.getMessage()), 0);
      return;
    }
    pipe = ours;
    pidfd = exit;
    pid = child;
    LOG.info("event=guardian-started pid={}", child);
  }

  /** What it says when it has ended something goes where the service writes its own errors. */
  private Spawn.Outcome spawn(Fd stdin) {
    int nothing = Libc.open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC);
    if (nothing < 0) {
      return new Spawn.Outcome.Failed(Spawn.Step.DESCRIPTORS, -nothing, null);
    }
    try (Fd stdout = descriptors.opened(Kind.GUARDIAN, nothing)) {
      Spawn spawner = spawn == null ? new Spawn() : spawn;
      spawn = spawner;
      return spawner.start(
          SHELL,
          argv,
          Map.of("PATH", "/usr/bin:/bin"),
          Spawn.Setup.of(new Spawn.Stdio.Pipes(stdin.number(), stdout.number(), STDERR)));
    }
  }

  private void abandon(int child) {
    Processes.kill(child, Signal.SIGKILL.number());
    Processes.reapNow(child);
    forest.removeHelper(child);
  }

  private void failed(String what, int errno) {
    LOG.error(
        "event=guardian-failed what=\"{}\" errno={} retryMs={}",
        what,
        errno == 0 ? "" : Errno.name(-errno),
        TimeUnit.NANOSECONDS.toMillis(pauseNanos));
    retry();
  }

  private void retry() {
    again = loop.schedule(pauseNanos, this::spawn);
    pauseNanos = Math.min(LAST_PAUSE_NANOS, pauseNanos * 2);
  }

  private void exited() {
    Fd exit = pidfd;
    if (exit == null || Processes.reapPidfd(exit.number()) instanceof Processes.Wait.Alive) {
      return;
    }
    loop.close(exit);
    pidfd = null;
    int was = pid;
    pid = 0;
    forest.removeHelper(was);
    if (pipe != null) {
      pipe.close();
      pipe = null;
    }
    if (closing) {
      gone.complete(null);
      return;
    }
    if (System.nanoTime() - spawnedNanos > LAST_PAUSE_NANOS) {
      pauseNanos = FIRST_PAUSE_NANOS;
    }
    LOG.warn(
        "event=guardian-died pid={} retryMs={}", was, TimeUnit.NANOSECONDS.toMillis(pauseNanos));
    retry();
  }
}
