package io.headcount.supervisor;

import java.util.List;

/** What the supervisor refuses. Each kind carries what a client needs to act on it. */
public abstract sealed class SupervisorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private SupervisorException(String message) {
    super(message, null, false, false);
  }

  /** The request asks for what cannot be. */
  public static final class Invalid extends SupervisorException {
    private static final long serialVersionUID = 1L;
    private final transient List<Violation> violations;

    public Invalid(List<Violation> violations) {
      super(
          violations.size() == 1
              ? violations.getFirst().pointer() + ": " + violations.getFirst().message()
              : violations.size() + " fields are not as expected");
      this.violations = List.copyOf(violations);
    }

    public List<Violation> violations() {
      return violations;
    }
  }

  /** There is no such run. */
  public static final class NotFound extends SupervisorException {
    private static final long serialVersionUID = 1L;

    public NotFound(String id) {
      super("There is no run " + id + "; it may have been deleted, or kept long enough.");
    }
  }

  /** Another run has this id. */
  public static final class Conflict extends SupervisorException {
    private static final long serialVersionUID = 1L;

    public Conflict(String id) {
      super(
          "Run "
              + id
              + " exists, of another request or caller; choose another id, or send the same body as"
              + " the same caller.");
    }
  }

  /** The run is not running (any more, or yet). */
  public static final class NotRunning extends SupervisorException {
    private static final long serialVersionUID = 1L;

    public NotRunning(String id, RunState state) {
      super("Run " + id + " is " + state.label() + "; this needs a running one.");
    }
  }

  /** The run has no terminal. */
  public static final class NotATerminal extends SupervisorException {
    private static final long serialVersionUID = 1L;

    public NotATerminal(String id) {
      super("Run " + id + " has no terminal; start the run with tty to have one.");
    }
  }

  /** Standard input takes nothing: it was closed, or never open. */
  public static final class StdinClosed extends SupervisorException {
    private static final long serialVersionUID = 1L;

    public StdinClosed(String id) {
      super(
          "Standard input of run "
              + id
              + " is closed; start the run with stdin.mode \"pipe\" to write to it.");
    }
  }

  /** A write would leave a hole. */
  public static final class StdinOffset extends SupervisorException {
    private static final long serialVersionUID = 1L;
    private final long offset;

    public StdinOffset(long sent, long offset) {
      super("Stdin-Offset is " + sent + ", but only " + offset + " bytes were accepted so far.");
      this.offset = offset;
    }

    /** Bytes accepted so far: where to go on. */
    public long offset() {
      return offset;
    }
  }

  /** The command does not read what it is sent. */
  public static final class StdinFull extends SupervisorException {
    private static final long serialVersionUID = 1L;
    private final long accepted;
    private final long offset;

    public StdinFull(String id, long accepted, long offset) {
      super(
          "Run "
              + id
              + " does not read its standard input: the pipe is full after "
              + accepted
              + " bytes of this request. Send the rest later, with Stdin-Offset: "
              + offset);
      this.accepted = accepted;
      this.offset = offset;
    }

    /** Bytes of this request that were accepted. */
    public long accepted() {
      return accepted;
    }

    /** Bytes accepted in all: where to go on. */
    public long offset() {
      return offset;
    }
  }

  /** As many runs wait as may wait. */
  public static final class QueueFull extends SupervisorException {
    private static final long serialVersionUID = 1L;

    public QueueFull(int live, int queued) {
      super(live + " runs are live and " + queued + " wait, which is the limit; try again later.");
    }
  }

  /** The service is near its limit of descriptors. */
  public static final class DescriptorBudget extends SupervisorException {
    private static final long serialVersionUID = 1L;

    public DescriptorBudget(long open, long budget, long max) {
      super(
          open
              + " file descriptors are open, and a start may not pass "
              + budget
              + " of the limit of "
              + max
              + "; try again later, or raise the limit (ulimit -n).");
    }
  }

  /** The cgroup is near its limit of processes. */
  public static final class PidBudget extends SupervisorException {
    private static final long serialVersionUID = 1L;

    public PidBudget(long pids, long max) {
      super(pids + " processes and threads of " + max + " (pids.max) are in use; try again later.");
    }
  }

  /** The requests of live runs take too much memory. */
  public static final class MemoryBudget extends SupervisorException {
    private static final long serialVersionUID = 1L;

    public MemoryBudget(long held, long wanted, long most) {
      super(
          "The requests of live runs take "
              + held
              + " bytes of memory, this one "
              + wanted
              + " more, and all together may take "
              + most
              + "; try again later, or send data through stdin with mode \"pipe\".");
    }
  }

  /** The service is stopping. */
  public static final class Draining extends SupervisorException {
    private static final long serialVersionUID = 1L;

    public Draining() {
      super("The service is stopping and starts nothing more; another instance will.");
    }
  }

  /** The platform cannot do this. */
  public static final class Unsupported extends SupervisorException {
    private static final long serialVersionUID = 1L;
    private final String pointer;

    public Unsupported(String pointer, String message) {
      super(message);
      this.pointer = pointer;
    }

    /** The field that asked for it. */
    public String pointer() {
      return pointer;
    }
  }
}
