package io.headcount.api;

import io.headcount.supervisor.Run;
import io.headcount.supervisor.RunState;
import io.headcount.supervisor.SupervisorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Writes what one attached client types to its run. */
final class AttachInput {
  private final Run run;
  private final AttachAudit audit;

  AttachInput(Run run, AttachAudit audit) {
    this.run = run;
    this.audit = audit;
  }

  /**
   * Writes all of it, however long the command takes to read it; false if the connection ended
   * first.
   */
  boolean write(Attachment client, ByteBuffer bytes, boolean eof) throws InterruptedException {
    try {
      while (!client.isOver()) {
        if (!isLaunched()) {
          continue;
        }
        int start = bytes.position();
        try {
          audit.took(run.stdin().write(block -> !fill(block, bytes), null, eof).accepted());
          return true;
        } catch (SupervisorException.StdinFull full) {
          audit.took(full.accepted());
          bytes.position(start + (int) full.accepted());
          client.heard(); // its pongs wait behind what it wrote
        }
      }
      return false;
    } catch (IOException e) {
      throw new IllegalStateException("copying from memory failed", e);
    }
  }

  /** A run may wait for a place; its input waits with it. */
  private boolean isLaunched() throws InterruptedException {
    if (run.state() != RunState.QUEUED && run.state() != RunState.STARTING) {
      return true;
    }
    try {
      run.launched().get(1, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Copies what fits; says whether that was all. */
  private static boolean fill(ByteBuffer block, ByteBuffer bytes) {
    int length = Math.min(block.remaining(), bytes.remaining());
    block.put(bytes.slice().limit(length));
    bytes.position(bytes.position() + length);
    return !bytes.hasRemaining();
  }
}
