package io.headcount.bench.core;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.zeroturnaround.exec.ProcessExecutor;
import org.zeroturnaround.exec.ProcessResult;
import org.zeroturnaround.exec.StartedProcess;

/** zt-exec with its defaults, by which both streams of a child are one. */
final class ZtExecContender implements Contender {

  @Override
  public void run(List<String> argv) throws IOException, InterruptedException {
    int status = executor(argv, new AtomicLong()).executeNoTimeout().getExitValue();
    if (status != 0) {
      throw new IllegalStateException("expected exit 0, got " + status);
    }
  }

  private static ProcessExecutor executor(List<String> argv, AtomicLong bytes) {
    return new ProcessExecutor(argv).redirectOutput(new CountingStream(bytes));
  }

  @Override
  public Running start(List<String> argv) throws IOException {
    AtomicLong bytes = new AtomicLong();
    return new Started(executor(argv, bytes).start(), bytes);
  }

  private record Started(StartedProcess process, AtomicLong counted) implements Running {
    @Override
    public void terminate() {
      process.getProcess().destroy();
    }

    @Override
    public void await(long millis) throws IOException, InterruptedException, TimeoutException {
      result(millis);
    }

    private ProcessResult result(long millis)
        throws IOException, InterruptedException, TimeoutException {
      try {
        return process.getFuture().get(millis, TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        throw new IOException(e.getCause());
      }
    }

    @Override
    public void requireSuccess() {
      int status = process.getProcess().exitValue();
      if (status != 0) {
        throw new IllegalStateException("expected exit 0, got " + status);
      }
    }

    @Override
    public long bytes() {
      return counted.get();
    }
  }
}
