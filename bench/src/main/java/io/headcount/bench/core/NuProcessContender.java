package io.headcount.bench.core;

import com.zaxxer.nuprocess.NuAbstractProcessHandler;
import com.zaxxer.nuprocess.NuProcess;
import com.zaxxer.nuprocess.NuProcessBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** NuProcess: a handler hears of output and exit, on the library's own threads. */
final class NuProcessContender implements Contender {
  /** The exit code that a handler gets in the middle of a start that fails. */
  private static final int NOT_STARTED = Integer.MIN_VALUE;

  @Override
  public Running start(List<String> argv) throws IOException {
    Handler handler = new Handler();
    NuProcess process = new NuProcessBuilder(handler, argv).start();
    if (handler.status == NOT_STARTED) {
      throw new IOException("NuProcess could not start it, and says no more");
    }
    process.closeStdin(true);
    return new Started(process, handler);
  }

  private static final class Handler extends NuAbstractProcessHandler {
    final CountDownLatch exited = new CountDownLatch(1);
    volatile int status;
    volatile long bytes;

    @Override
    public void onStdout(ByteBuffer buffer, boolean closed) {
      take(buffer);
    }

    @Override
    public void onStderr(ByteBuffer buffer, boolean closed) {
      take(buffer);
    }

    /** One thread hears of both streams. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void take(ByteBuffer buffer) {
      bytes += buffer.remaining();
      buffer.position(buffer.limit());
    }

    @Override
    public void onExit(int code) {
      status = code;
      exited.countDown();
    }
  }

  private record Started(NuProcess process, Handler handler) implements Running {
    @Override
    public void terminate() {
      process.destroy(false);
    }

    @Override
    public void await(long millis) throws InterruptedException, TimeoutException {
      if (!handler.exited.await(millis, TimeUnit.MILLISECONDS)) {
        throw new TimeoutException();
      }
    }

    @Override
    public void requireSuccess() {
      if (handler.status != 0) {
        throw new IllegalStateException("expected exit 0, got " + handler.status);
      }
    }

    @Override
    public long bytes() {
      return handler.bytes;
    }
  }
}
