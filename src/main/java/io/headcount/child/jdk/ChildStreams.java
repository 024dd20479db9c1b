package io.headcount.child.jdk;

import io.headcount.child.Child.StdinResult;
import io.headcount.child.ChildSpec;
import io.headcount.child.Owner;
import io.headcount.output.StdStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The standard streams of one child, from its start to the closing of the last of them. Owner
 * thread only, but for {@link #start} and {@link #forceClose}.
 */
final class ChildStreams implements OutputPump.Sink {
  private static final long LONGEST_DRAIN_NANOS = 2_000_000_000L;
  private static final long QUIET_NANOS = 250_000_000L;

  /** How long a pump's thread may take to see that it should close, before it counts as blocked. */
  private static final long CLOSE_NANOS = 50_000_000L;

  /** Hears of the streams on the owner thread. */
  interface Listener {
    void output(StdStream stream, ByteBuffer bytes);

    void stdinClosed();

    /**
     * All are closed.
     *
     * @param truncated whether somebody still held an output
     */
    void closed(boolean truncated);
  }

  private enum Phase {
    OPEN,
    DRAINING,
    CLOSING,
    CLOSED
  }

  private final Owner owner;
  private final Listener listener;
  private final List<OutputPump> outputs;
  private final @Nullable StdinPump stdin;
  private Phase phase = Phase.OPEN;
  private int outputsOpen;
  private boolean stdinHeld;
  private boolean truncated;
  private long drainStart;
  private long lastByte;
  private Owner.@Nullable Timer timer;

  ChildStreams(
      Process process,
      ChildSpec spec,
      Owner owner,
      long stdinWaitNanos,
      AtomicLong pipes,
      Listener listener) {
    this.owner = owner;
    this.listener = listener;
    stdinHeld = !(spec.stdin() instanceof ChildSpec.Stdin.Closed);
    Runnable released = pipes::decrementAndGet;
    outputs =
        spec.outputFile() != null
            ? List.of()
            : List.of(
                new OutputPump(StdStream.STDOUT, process.getInputStream(), owner, this, released),
                new OutputPump(StdStream.STDERR, process.getErrorStream(), owner, this, released));
    outputsOpen = outputs.size();
    pipes.addAndGet(outputsOpen + (stdinHeld ? 1 : 0));
    stdin =
        stdinHeld
            ? new StdinPump(
                process.getOutputStream(),
                owner,
                stdinWaitNanos,
                listener::stdinClosed,
                this::stdinClosed,
                released)
            : null;
  }

  /** Starts all threads but that of standard output; they deliver nothing before {@link #open}. */
  void start(long pid) {
    outputs.stream().skip(1).forEach(output -> output.start(pid));
    if (stdin != null) {
      stdin.start(pid);
    }
  }

  /** Reads standard output to its end, on this thread, if it is ours to read. */
  void readStdout() {
    outputs.stream().limit(1).forEach(OutputPump::run);
  }

  void open(ChildSpec.Stdin mode) {
    outputs.forEach(OutputPump::open);
    if (stdin != null && mode instanceof ChildSpec.Stdin.Inline inline) {
      stdin.writeAllAndClose(inline.bytes());
    }
  }

  boolean stdinOpen() {
    return stdin != null && stdin.isOpen();
  }

  CompletableFuture<StdinResult> write(ByteBuffer bytes, boolean eof) {
    return stdin == null
        ? CompletableFuture.completedFuture(new StdinResult(0, false))
        : stdin.write(bytes, eof);
  }

  void closeStdin() {
    if (stdin != null) {
      stdin.cut();
    }
  }

  /** Reads on until both outputs end, or are quiet, or the time is over; then closes everything. */
  void drain() {
    if (phase == Phase.OPEN) {
      phase = Phase.DRAINING;
      drainStart = System.nanoTime();
      lastByte = drainStart;
      closeStdin();
      drainOn();
    }
  }

  private void drainOn() {
    long now = System.nanoTime();
    long left = Math.min(drainStart + LONGEST_DRAIN_NANOS - now, lastByte + QUIET_NANOS - now);
    if (outputsOpen == 0 || left <= 0) {
      truncated |= outputsOpen > 0;
      close();
    } else {
      timer = owner.schedule(left, this::drainOn);
    }
  }

  private void close() {
    phase = Phase.CLOSING;
    outputs.forEach(OutputPump::stop);
    cancelTimer();
    timer = owner.schedule(CLOSE_NANOS, this::closeBlocked);
    closedIfAll();
  }

  private void closeBlocked() {
    timer = null;
    stdinHeld = false;
    forceClose();
    closedIfAll();
  }

  /**
   * Closes the outputs under whoever reads them. For a child that nobody will hear of, on any
   * thread.
   */
  void forceClose() {
    outputs.forEach(OutputPump::forceClose);
    closeStdin();
  }

  @Override
  public void output(StdStream stream, ByteBuffer bytes) {
    if (phase == Phase.OPEN || phase == Phase.DRAINING) {
      lastByte = System.nanoTime();
      listener.output(stream, bytes);
    }
  }

  @Override
  public void outputClosed(boolean wholly) {
    outputsOpen--;
    truncated |= !wholly;
    if (outputsOpen == 0 && phase == Phase.DRAINING) {
      cancelTimer();
      drainOn();
    } else {
      closedIfAll();
    }
  }

  private void stdinClosed() {
    stdinHeld = false;
    closedIfAll();
  }

  private void closedIfAll() {
    if (phase == Phase.CLOSING && outputsOpen == 0 && !stdinHeld) {
      phase = Phase.CLOSED;
      cancelTimer();
      listener.closed(truncated);
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
