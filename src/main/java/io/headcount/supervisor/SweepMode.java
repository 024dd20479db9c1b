package io.headcount.supervisor;

/** What becomes of processes that an earlier boot of the service has left. */
public enum SweepMode {
  /** They are ended before anything is started. */
  KILL,
  /** They are counted and told in the log. */
  REPORT,
  /** Nobody looks for them. */
  OFF
}
