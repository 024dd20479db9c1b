package io.headcount.supervisor;

import io.headcount.child.Child;
import io.headcount.child.Child.StdinResult;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The way to a run's standard input, one block at a time, counted by the byte so that a write whose
 * answer was lost can be sent again without doubling anything.
 */
public final class StdinPort {
  private final Run run;
  private final ReentrantLock writer = new ReentrantLock(true);
  private volatile long offset;

  StdinPort(Run run) {
    this.run = run;
  }

  /** Bytes accepted so far. */
  public long offset() {
    return offset;
  }

  /**
   * Writes a request's bytes, block by block. Between two blocks others may write: a client that
   * stalls in the middle of its request holds nobody, and can repeat it over another connection.
   *
   * @param source fills a buffer with what there is, and returns false at the end
   * @param at the offset of the first byte, or null to append; what was accepted before is skipped
   * @param eof whether to close standard input after the last byte
   * @throws SupervisorException.StdinFull if the command stopped reading
   * @throws SupervisorException.StdinClosed if it is closed, or the command closed it
   * @throws SupervisorException.StdinOffset if {@code at} lies beyond what was accepted
   */
  public Written write(Source source, @Nullable Long at, boolean eof)
      throws java.io.IOException, InterruptedException {
    if (at != null && at > offset) {
      throw new SupervisorException.StdinOffset(at, offset);
    }
    ByteBuffer block = ByteBuffer.allocate(1 << 16);
    Long next = at;
    Written written = new Written(0, offset, run.view().stdinOpen());
    boolean more = true;
    while (more) {
      more = source.fill(block.clear());
      int length = block.flip().remaining();
      boolean close = eof && !more;
      if (length > 0 || close) {
        written = write(block, next, close, written);
      }
      next = next == null ? null : next + length;
    }
    return written;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // writers take turns
  private Written write(ByteBuffer block, @Nullable Long at, boolean close, Written before)
      throws InterruptedException {
    writer.lockInterruptibly();
    try {
      if (at != null) {
        block.position((int) Math.min(offset - at, block.remaining()));
      }
      if (!block.hasRemaining() && (!close || !run.view().stdinOpen())) {
        return new Written(before.accepted(), offset, run.view().stdinOpen()); // told again
      }
      int wanted = block.remaining();
      StdinResult result = send(block, close);
      offset += result.accepted();
      long accepted = before.accepted() + result.accepted();
      if (result.accepted() < wanted) {
        if (result.open()) {
          throw new SupervisorException.StdinFull(run.id(), accepted, offset);
        }
        throw new SupervisorException.StdinClosed(run.id());
      }
      return new Written(accepted, offset, result.open());
    } finally {
      writer.unlock();
    }
  }

  private StdinResult send(ByteBuffer block, boolean close) throws InterruptedException {
    CompletableFuture<StdinResult> result = run.ask(child -> writeTo(child, block, close));
    try {
      return result.get();
    } catch (java.util.concurrent.ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private CompletableFuture<StdinResult> writeTo(
      @Nullable Child child, ByteBuffer block, boolean close) {
    if (child == null && run.state() != RunState.EXITED) {
      throw new SupervisorException.NotRunning(run.id(), run.state());
    }
    if (child == null || !child.stdinOpen()) {
      run.stdinClosed();
      throw new SupervisorException.StdinClosed(run.id());
    }
    return child
        .writeStdin(block, close)
        .thenApply(result -> {
          if (!result.open()) {
            run.stdinClosed();
          }
          return result;
        });
  }

  /** Where the bytes of a write come from. */
  @FunctionalInterface
  public interface Source {
    /** Fills the buffer as far as it can; false when there is nothing after it. */
    boolean fill(ByteBuffer buffer) throws java.io.IOException;
  }

  /**
   * What became of a write.
   *
   * @param accepted bytes of this request that are new
   * @param offset bytes accepted in all
   * @param open whether standard input takes more
   */
  public record Written(long accepted, long offset, boolean open) {}
}
