package io.headcount.child;

/** What is done with a process below the service that belongs to no run that is known. */
public enum EscapeePolicy {
  /** It is ended as soon as it is sure that it belongs to no live run; at the stop always. */
  KILL,
  /** It is told of and counted. */
  REPORT
}
