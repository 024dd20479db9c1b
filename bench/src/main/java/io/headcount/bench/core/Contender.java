package io.headcount.bench.core;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * A way to start commands, used as its users do: what a child writes is read to its end, counted
 * and forgotten; its input is empty. Thread-safe.
 */
interface Contender extends AutoCloseable {

  /**
   * Starts a command; {@link Running#awaitStart} says whether it did.
   *
   * @throws IOException if something ran out
   */
  Running start(List<String> argv) throws IOException;

  /**
   * Starts a command and returns when it is settled: exit 0 seen, output read to its end, every
   * descriptor closed.
   */
  default void run(List<String> argv) throws IOException, InterruptedException {
    Running running = start(argv);
    try {
      running.await(Long.MAX_VALUE);
    } catch (TimeoutException e) {
      throw new IllegalStateException(e);
    }
    running.requireSuccess();
  }

  @Override
  default void close() {}

  /** A command that was started. */
  interface Running {

    /** Returns when it runs. */
    default void awaitStart() throws IOException {}

    /** Asks it to end, by SIGTERM. */
    void terminate();

    /** The same of it and all that is below it, as far as the library can. */
    default void terminateTree() {
      terminate();
    }

    /**
     * Returns when it is settled.
     *
     * @throws TimeoutException if that takes longer
     */
    void await(long millis) throws IOException, InterruptedException, TimeoutException;

    /**
     * Once settled.
     *
     * @throws IllegalStateException if the exit status was not 0
     */
    void requireSuccess();

    /** Bytes that it wrote, once settled. */
    long bytes();
  }
}
