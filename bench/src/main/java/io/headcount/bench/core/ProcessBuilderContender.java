package io.headcount.bench.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The JDK alone. A command that is run to its end is read on the caller's thread, the simplest way,
 * which suits a child that writes to one of its streams only; one that stays alive has a thread for
 * each stream.
 */
final class ProcessBuilderContender implements Contender {
  private final boolean read;

  /**
   * A contender.
   *
   * @param read whether somebody reads what a child writes that stays alive
   */
  ProcessBuilderContender(boolean read) {
    this.read = read;
  }

  @Override
  public void run(List<String> argv) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(argv).start();
    try (OutputStream stdin = process.getOutputStream();
        InputStream stdout = process.getInputStream();
        InputStream stderr = process.getErrorStream()) {
      stdin.close();
      stdout.transferTo(OutputStream.nullOutputStream());
      stderr.transferTo(OutputStream.nullOutputStream());
      int status = process.waitFor();
      if (status != 0) {
        throw new IllegalStateException("expected exit 0, got " + status);
      }
    }
  }

  @Override
  public Running start(List<String> argv) throws IOException {
    Process process = new ProcessBuilder(argv).start();
    process.getOutputStream().close();
    return new Started(process, read);
  }

  /** Any {@link Process}, with its readers; pty4j's is one too. */
  static final class Started implements Running {
    private final Process process;
    private final List<Thread> readers;
    private final AtomicLong counted = new AtomicLong();

    Started(Process process, boolean read) {
      this.process = process;
      this.readers =
          read
              ? List.of(reader(process.getInputStream()), reader(process.getErrorStream()))
              : List.of();
    }

    /** A platform thread: reading a pipe holds the carrier of a virtual one, and there are 256. */
    private Thread reader(InputStream stream) {
      return Thread.ofPlatform().daemon(true).start(() -> drain(stream));
    }

    private void drain(InputStream stream) {
      try (stream) {
        stream.transferTo(new CountingStream(counted));
      } catch (IOException e) {
        // The JDK closes what it reads when the child exits.
      }
    }

    @Override
    public void terminate() {
      process.destroy();
    }

    /** As the JDK sees the tree: whoever is a descendant in this moment. */
    @Override
    public void terminateTree() {
      List<ProcessHandle> below = process.descendants().toList();
      process.destroy();
      below.forEach(ProcessHandle::destroy);
    }

    @Override
    public void await(long millis) throws IOException, InterruptedException, TimeoutException {
      if (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
        throw new TimeoutException();
      }
      for (Thread reader : readers) {
        reader.join(millis);
        if (reader.isAlive()) {
          throw new TimeoutException();
        }
      }
      process.getInputStream().close();
      process.getErrorStream().close();
    }

    @Override
    public void requireSuccess() {
      if (process.exitValue() != 0) {
        throw new IllegalStateException("expected exit 0, got " + process.exitValue());
      }
    }

    @Override
    public long bytes() {
      return counted.get();
    }
  }
}
