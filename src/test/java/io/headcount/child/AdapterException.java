package io.headcount.child;

/**
 * What an adapter cannot promise. Each is asserted for what happens instead, and is listed in
 * {@code docs/adapters.md}.
 */
enum AdapterException {
  /** An exit status of 129 to 192 cannot be told from a death by signal; neither is claimed. */
  EXIT_CODE_ABOVE_128,
  /** Resource usage is unknown. */
  USAGE,
  /** Other signals cannot be sent; a stop that asks for one begins with SIGTERM. */
  SIGNALS_OTHER_THAN_TERM_AND_KILL,
  /** A run has no session and no process group of its own. */
  SESSIONS,
  /** Resource limits are refused. */
  LIMITS,
  /** A command that is to be confined is not started. */
  CONFINEMENT,
  /** A command on a terminal is not started. */
  TERMINALS,
  /** A live child costs threads. */
  NO_THREAD_PER_CHILD,
  /** What its parent left before a look is not found: it lives on, and what it writes is cut. */
  ORPHANS_AFTER_LEADER_EXIT,
  /** Bytes count as accepted before the pipe has them. */
  STDIN_ACCEPTED_BEFORE_THE_PIPE,
  /** An executable file that is neither program nor script is given to {@code /bin/sh}. */
  SCRIPT_WITHOUT_SHEBANG,
  /** The command sees the path it was found at as its own name. */
  ARGV_0,
  /** Arguments and environment are encoded as the service's locale says. */
  TEXT_OUTSIDE_THE_LOCALE,
  /** Of a process only its pid, parent, start, processor time and command are known. */
  PROCESS_DETAILS
}
