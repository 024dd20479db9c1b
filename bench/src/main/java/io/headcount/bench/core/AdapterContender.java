package io.headcount.bench.core;

import io.headcount.child.ChildAdapter;
import io.headcount.child.ChildSpec.Terminal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One of Headcount's adapters, as the supervisor calls it. */
final class AdapterContender implements Contender {
  private final ChildAdapter adapter;
  private final @Nullable Terminal terminal;
  private final @Nullable Path file;

  private AdapterContender(ChildAdapter adapter, @Nullable Terminal terminal, @Nullable Path file) {
    this.adapter = adapter;
    this.terminal = terminal;
    this.file = file;
  }

  /** Takes the adapter over; children get pipes. */
  static AdapterContender withPipes(ChildAdapter adapter) {
    return new AdapterContender(adapter, null, null);
  }

  /** The same with a terminal each. */
  static AdapterContender withTerminals(ChildAdapter adapter) {
    return new AdapterContender(adapter, new Terminal(80, 24, "xterm"), null);
  }

  /** The same with one file for all of them, which is gone at the close. */
  static AdapterContender withAFile(ChildAdapter adapter) {
    try {
      return new AdapterContender(adapter, null, Files.createTempFile("headcount-bench-", ".log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Running start(List<String> argv) {
    AtomicLong bytes = new AtomicLong();
    return new Started(
        Spawns.start(
            adapter, argv, terminal, file, (_, buffer) -> bytes.addAndGet(buffer.remaining())),
        bytes);
  }

  /** It must hold nothing for a child at the end. */
  @Override
  public void close() {
    Map<String, Long> left = adapter.openDescriptors();
    adapter.close();
    if (file != null) {
      file.toFile().delete();
    }
    if (left.getOrDefault("pipe", 0L) + left.getOrDefault("pidfd", 0L) != 0) {
      throw new IllegalStateException("descriptors were left open: " + left);
    }
  }

  private record Started(Spawns.Started child, AtomicLong counted) implements Running {
    @Override
    public void awaitStart() throws IOException {
      try {
        child.child.join();
      } catch (CompletionException e) {
        throw new IOException(e.getCause());
      }
    }

    @Override
    public void terminate() {
      child.owner.execute(() -> child.child.join().stop(Spawns.STOP));
    }

    @Override
    public void await(long millis) throws IOException, InterruptedException, TimeoutException {
      try {
        child.end.get(millis, TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        throw new IOException(e.getCause());
      }
    }

    @Override
    public void requireSuccess() {
      child.awaitSuccess();
    }

    @Override
    public long bytes() {
      return counted.get();
    }
  }
}
