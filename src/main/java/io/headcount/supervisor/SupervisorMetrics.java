package io.headcount.supervisor;

import io.headcount.child.StartFailure;
import io.headcount.output.StdStream;

/**
 * What the supervisor tells as it happens; implemented outside the core. Must not block or throw.
 */
public interface SupervisorMetrics {
  /** A command runs, {@code nanos} after its start was ordered. */
  default void spawned(long nanos) {}

  /** A command did not start. */
  default void spawnFailed(StartFailure.Kind kind) {}

  /** A run is over, {@code nanos} after its request was taken. */
  default void finished(Reason reason, long nanos) {}

  /** A run left the queue after {@code nanos}. */
  default void waited(long nanos) {}

  /** SIGKILL was needed. */
  default void escalated() {}

  /** Processes could not be ended. */
  default void survived(int processes) {}

  /** A child wrote. */
  default void output(StdStream stream, int bytes) {}

  /** The stop began. */
  default void stopping() {}

  /** The stop took {@code nanos}. */
  default void stopped(long nanos) {}

  /** Tells nobody. */
  SupervisorMetrics NONE = new SupervisorMetrics() {};
}
