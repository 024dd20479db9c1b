package io.headcount.supervisor;

import io.headcount.child.StartFailure;
import io.headcount.output.StdStream;

/** What a run tells the house it lives in, on its owner thread. */
interface RunHooks {
  void moved(Run run, RunState from, RunState to);

  /** A run is there, before anything else happens to it. */
  void added(Run run);

  /** A run got a place after it was ended: the place is free. */
  void vacated(Run run);

  /** A run left the queue, or never had to wait. */
  void left(Run run, long waitedNanos);

  void spawned(long nanos);

  void failed(StartFailure.Kind kind);

  void output(StdStream stream, int bytes);

  /** A run has settled; called before anyone who waits for it is woken. */
  void settled(Run run, RunView view, long nanos);

  /** What a settled run had kept is gone. */
  void released(Run run);
}
