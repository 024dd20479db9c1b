package io.headcount.bench.core;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecuteResultHandler;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.ExecuteWatchdog;
import org.apache.commons.exec.PumpStreamHandler;

/**
 * Apache Commons Exec: the blocking call for what is run to its end, the one with a result handler
 * for what stays alive, and a watchdog without a timeout to end it.
 */
final class CommonsExecContender implements Contender {

  @Override
  public void run(List<String> argv) throws IOException {
    executor(new AtomicLong()).execute(command(argv)); // throws unless it is 0
  }

  private static DefaultExecutor executor(AtomicLong bytes) {
    DefaultExecutor executor = DefaultExecutor.builder().get();
    executor.setStreamHandler(
        new PumpStreamHandler(new CountingStream(bytes), new CountingStream(bytes)));
    return executor;
  }

  private static CommandLine command(List<String> argv) {
    CommandLine command = new CommandLine(argv.getFirst());
    argv.stream().skip(1).forEach(argument -> command.addArgument(argument, false));
    return command;
  }

  @Override
  public Running start(List<String> argv) throws IOException {
    AtomicLong bytes = new AtomicLong();
    DefaultExecutor executor = executor(bytes);
    ExecuteWatchdog watchdog =
        ExecuteWatchdog.builder().setTimeout(ExecuteWatchdog.INFINITE_TIMEOUT_DURATION).get();
    executor.setWatchdog(watchdog);
    DefaultExecuteResultHandler result = new DefaultExecuteResultHandler();
    executor.execute(command(argv), result);
    return new Started(watchdog, result, bytes);
  }

  private record Started(
      ExecuteWatchdog watchdog, DefaultExecuteResultHandler result, AtomicLong counted)
      implements Running {
    /** The call may return before the child was started; its watchdog knows. */
    @Override
    public void awaitStart() throws IOException {
      while (!watchdog.isWatching() && !result.hasResult()) {
        try {
          watchdog.checkException();
        } catch (Exception e) {
          throw new IOException(e);
        }
        Thread.onSpinWait();
      }
      if (result.hasResult() && result.getException() != null) {
        throw result.getException();
      }
    }

    @Override
    public void terminate() {
      watchdog.destroyProcess();
    }

    @Override
    public void await(long millis) throws InterruptedException, TimeoutException {
      result.waitFor(Duration.ofMillis(Math.min(millis, Integer.MAX_VALUE)));
      if (!result.hasResult()) {
        throw new TimeoutException();
      }
    }

    @Override
    public void requireSuccess() {
      if (result.getException() != null) {
        throw new IllegalStateException(result.getException());
      }
    }

    @Override
    public long bytes() {
      return counted.get();
    }
  }
}
