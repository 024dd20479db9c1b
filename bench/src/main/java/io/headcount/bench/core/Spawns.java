package io.headcount.bench.core;

import io.headcount.child.Child;
import io.headcount.child.ChildAdapter;
import io.headcount.child.ChildEnd;
import io.headcount.child.ChildExit;
import io.headcount.child.ChildListener;
import io.headcount.child.ChildSpec;
import io.headcount.child.Owner;
import io.headcount.child.Signal;
import io.headcount.child.StartFailure;
import io.headcount.child.StopOrder;
import io.headcount.output.StdStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts one command through a {@link ChildAdapter}, as the supervisor does: the environment copied
 * for each child, with a cookie of its own in it.
 */
public final class Spawns {
  private static final Path ROOT = Path.of("/");
  private static final Map<String, String> ENVIRONMENT = System.getenv();
  private static final AtomicLong COOKIES = new AtomicLong();
  static final StopOrder STOP = new StopOrder(Signal.SIGTERM, TimeUnit.SECONDS.toNanos(5));

  private static final ChildSpec.Confinement ENDS_WITH_US =
      new ChildSpec.Confinement(false, Signal.SIGKILL, null, null);

  private Spawns() {}

  /**
   * Starts it; the futures of the answer say how it goes on.
   *
   * @param output takes what it writes
   */
  public static Started start(
      ChildAdapter adapter, List<String> argv, BiConsumer<StdStream, ByteBuffer> output) {
    return start(adapter, argv, null, null, output);
  }

  /**
   * Starts it.
   *
   * @param terminal its terminal; null for pipes
   * @param file what it writes to by itself, with nobody who reads it and would be missed; so it
   *     ends with this process. Null for none
   * @param output takes what it writes
   */
  static Started start(
      ChildAdapter adapter,
      List<String> argv,
      ChildSpec.@Nullable Terminal terminal,
      @Nullable Path file,
      BiConsumer<StdStream, ByteBuffer> output) {
    String cookie = Long.toString(COOKIES.incrementAndGet());
    Map<String, String> environment = new HashMap<>(ENVIRONMENT);
    environment.put(ChildSpec.COOKIE, cookie);
    ChildSpec spec =
        new ChildSpec(
            argv,
            ROOT,
            environment,
            cookie,
            terminal == null ? new ChildSpec.Stdin.Closed() : new ChildSpec.Stdin.Pipe(),
            ChildSpec.Descendants.KILL,
            STOP,
            ChildSpec.Limits.NONE,
            terminal,
            null,
            file == null ? ChildSpec.Confinement.NONE : ENDS_WITH_US,
            file == null ? null : new ChildSpec.OutputFile(file.toString(), null));
    Started started = new Started(adapter.nextOwner(), output);
    adapter.start(spec, started.owner, started);
    return started;
  }

  /** A child, from its start to its end. */
  public static final class Started implements ChildListener {
    final Owner owner;
    final CompletableFuture<Child> child = new CompletableFuture<>();
    final CompletableFuture<ChildEnd> end = new CompletableFuture<>();
    private final BiConsumer<StdStream, ByteBuffer> output;
    private @Nullable ChildExit exit;

    private Started(Owner owner, BiConsumer<StdStream, ByteBuffer> output) {
      this.owner = owner;
      this.output = output;
    }

    /**
     * Waits until it has ended; a command that failed is a fault of the benchmark. Output that had
     * no end in time is none: on a machine that is starved, another child in the middle of its
     * start may hold the pipes for longer than an adapter waits.
     */
    public void awaitSuccess() {
      ChildEnd ended = end.join();
      Integer code = exit == null ? null : exit.code();
      if (code == null || code != 0 || !ended.survivors().isEmpty()) {
        throw new IllegalStateException("expected exit 0, got " + exit + " and " + ended);
      }
    }

    @Override
    public void started(Child running) {
      child.complete(running);
    }

    @Override
    public void startFailed(StartFailure failure) {
      IllegalStateException fault = new IllegalStateException(failure.toString());
      child.completeExceptionally(fault);
      end.completeExceptionally(fault);
    }

    @Override
    public void output(StdStream stream, ByteBuffer bytes) {
      output.accept(stream, bytes);
    }

    @Override
    public void exited(ChildExit seen) {
      exit = seen;
    }

    @Override
    public void ended(ChildEnd ended) {
      end.complete(ended);
    }

    @Override
    public void keptEnded(ChildEnd ended) {}
  }
}
