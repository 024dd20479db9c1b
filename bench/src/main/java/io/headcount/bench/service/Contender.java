package io.headcount.bench.service;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Something that runs commands for others, used the way its users would. */
interface Contender {
  String name();

  /** Its version, and how it is set, for the reader of the results. */
  String about() throws InterruptedException;

  /**
   * Why it cannot do some work, null if it can.
   *
   * @param work what it is asked to do
   */
  @Nullable String cannot(Work work);

  /** Whether it is compiled while it runs, so that it takes long to be as fast as it gets. */
  default boolean isCompiledAsItRuns() {
    return false;
  }

  /**
   * Starts it, and returns when it has answered its first request (or, without HTTP, when it is
   * there) and what is to sit below it has been ordered.
   *
   * @param sitting children that are to be alive
   */
  Running start(Scene scene, Sitting sitting) throws IOException, InterruptedException;

  /**
   * Children that are to be alive.
   *
   * @param stubborn whether they ignore SIGTERM
   */
  record Sitting(int count, boolean stubborn) {
    static final Sitting NONE = new Sitting(0, false);
  }
}
