package io.headcount.supervisor;

/**
 * Hears what becomes of the runs. Called on the thread that made the change, most often the one
 * that owns the run and others with it: an implementation must not block.
 */
public interface RunListener {
  /** A run is new, or its state changed. The changes of one run come in their order. */
  void changed(RunView run);

  /** The service stops: nothing is started any more. Called once. */
  void draining();
}
