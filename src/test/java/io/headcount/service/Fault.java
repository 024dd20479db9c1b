package io.headcount.service;

import java.util.Locale;

/**
 * A way out of a run or a way to hurt, as {@code src/test/c/faults.c} has it, and what comes of it.
 */
enum Fault {
  SESSION("a member in a session of its own"),
  DOUBLE_FORK("an orphan of a double fork"),
  DAEMON("an orphan in a session of its own that cleared its environment"),
  UNMARKED_DAEMON("the same, which took off the mark of its run", Outcome.POLICY),
  UNMARKED_MEMBER(
      "a member in a session of its own that cleared its environment and took off the mark of its run"),
  SIBLING(
      "a child of the service itself, by `CLONE_PARENT`, in a session of its own, environment cleared"),
  UNMARKED_SIBLING("the same, which took off the mark of its run too", Outcome.POLICY),
  SUBREAPER("a member that adopts orphans itself"),
  UNDUMPABLE("an orphan whose `/proc` entries are closed to us (`PR_SET_DUMPABLE`)"),
  HEADLESS("a member whose first thread has ended, so that it looks like a zombie"),
  RENAMED("a member with another name and other arguments"),
  DEEP("a tree 200 deep"),
  WIDE("a tree 500 wide"),
  FORKER("a member that ignores SIGTERM and forks a thousand times a second"),
  HOPPER(
      "a member that forks and exits at once, each time in a new session, thousands of times a second"),
  UNMARKED_HOPPER("the same, which took off the mark of its run too", Outcome.HOPS),
  TERM_IGNORER("a tree that ignores SIGTERM"),
  STOPPED("a stopped tree"),
  BLOCKER("a tree that blocks every signal it may"),
  PIPE_HOLDER("a member that ignores SIGTERM and holds the output"),
  LEADER_EXITS("a leader that exits at once and leaves workers"),
  TRACED("a leader and members that are traced (`PTRACE_TRACEME`), so that signals stop them"),
  GROUP_KILLER("a member that kills its own group with SIGKILL"),
  SCORES("a tree that changes its `oom_score_adj`, its niceness and its scheduling"),
  VFORK("a chain of `vfork`, each waiting for the next, so that only SIGKILL wakes it"),
  MEMFD("an orphan that executes a file without a name (`memfd_create`), environment cleared"),
  NAMESPACE(
      "an orphan that is the first process of a pid namespace, which gets no SIGTERM, and members in it"),
  RAISER("an orphan that raises all of its limits, as far as it may, environment cleared"),
  FORGER("an orphan that wrote another cookie over its own, in `/proc/self/mem`"),
  DEAD_SUBREAPER("an orphan of a member that adopted it itself, and has ended"),
  TERM_DAEMON(
      "a member that at SIGTERM leaves an orphan in a session of its own, environment cleared"),
  HEADLESS_LEADER("a leader whose first thread has ended");

  /** What comes of it; with a cgroup all are {@link #ENDED}. */
  enum Outcome {
    ENDED("ended", "ended"),
    POLICY("ended by `escapees: kill`, when no run that is as old lives", "ended"),
    HOPS(
        "**gets away** until it stops: no look ever sees the same process twice",
        "**outlives the service** until it stops");

    private final String withTheRun;
    private final String atTheStop;

    Outcome(String withTheRun, String atTheStop) {
      this.withTheRun = withTheRun;
      this.atTheStop = atTheStop;
    }
  }

  private final String description;
  private final Outcome outcome;

  Fault(String description) {
    this(description, Outcome.ENDED);
  }

  Fault(String description, Outcome outcome) {
    this.description = description;
    this.outcome = outcome;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Outcome outcome() {
    return outcome;
  }

  /** Its row of the table in {@code docs/containment.md}. */
  String row() {
    return "| `%s`: %s | %s | %s | %s | %s |"
        .formatted(
            label(),
            description,
            outcome.withTheRun,
            outcome.withTheRun,
            outcome.atTheStop,
            Outcome.ENDED.withTheRun);
  }
}
