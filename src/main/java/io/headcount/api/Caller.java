package io.headcount.api;

import io.headcount.policy.Role;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.SupervisorException;
import jakarta.servlet.http.HttpServletRequest;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * Who asks. What a role may call at all was looked at before; here is whose runs it is about.
 * Another caller's run is as good as none.
 *
 * @param name of the caller; empty when the service knows no callers
 * @param readsAll whether it may look at everybody's runs
 * @param actsOnAll whether it may act on everybody's runs
 * @param runs whether it may start runs and act on its own
 */
record Caller(String name, boolean readsAll, boolean actsOnAll, boolean runs) {

  /** The caller of a request. One that nobody has let in may do nothing. */
  static Caller of(HttpServletRequest request) {
    Principal principal = request.getUserPrincipal();
    boolean admin = request.isUserInRole(Role.ADMIN.label());
    return new Caller(
        principal == null ? "" : principal.getName(),
        admin || request.isUserInRole(Role.VIEWER.label()),
        admin,
        admin || request.isUserInRole(Role.RUNNER.label()));
  }

  /** The mightiest of its roles. */
  Role role() {
    return actsOnAll ? Role.ADMIN : runs ? Role.RUNNER : Role.VIEWER;
  }

  /** Whose the runs are that it starts; null when the service knows no callers. */
  @Nullable String owner() {
    return name.isEmpty() ? null : name;
  }

  /** Whose runs it may look at; null: everybody's. */
  @Nullable String readable() {
    return readsAll ? null : name;
  }

  /** Whose runs it may act on; null: everybody's. */
  @Nullable String actable() {
    return actsOnAll ? null : name;
  }

  /** Whether it may look at a run that is there. */
  boolean mayLook(Run run) {
    return isOneOf(readable(), run);
  }

  /**
   * Finds a run to look at.
   *
   * @throws SupervisorException.NotFound if there is none
   * @throws OthersRunException if it is one of another caller
   */
  Run look(ProcessSupervisor supervisor, String id) {
    return find(supervisor, id, readable());
  }

  /**
   * Finds a run to act on.
   *
   * @throws SupervisorException.NotFound if there is none
   * @throws OthersRunException if it is one of another caller
   */
  Run act(ProcessSupervisor supervisor, String id) {
    return find(supervisor, id, actable());
  }

  private static Run find(ProcessSupervisor supervisor, String id, @Nullable String owner) {
    Run run = supervisor.get(id);
    if (!isOneOf(owner, run)) {
      throw new OthersRunException(id);
    }
    return run;
  }

  private static boolean isOneOf(@Nullable String owner, Run run) {
    return owner == null || owner.equals(run.spec().owner());
  }
}
