package io.headcount.api;

import io.headcount.policy.CommandTemplate;
import io.headcount.policy.ForbiddenException;
import io.headcount.policy.Policy;
import io.headcount.policy.Role;
import io.headcount.policy.Secrets;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.RunSpec;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.AuthenticationException;
import org.springframework.stereotype.Component;

/** Makes of a request what the supervisor starts, if it is valid and the policy allows it. */
@Component
final class RunIntake {
  /** Of the audit log, whose lines are not to be as long as a caller likes. */
  private static final int MOST_OF_A_NAME = 255;

  private final ProcessSupervisor supervisor;
  private final Policy policy;
  private final Secrets secrets;
  private final CommandRefusals refusals;
  private final Revocation revocation;

  RunIntake(
      ProcessSupervisor supervisor,
      Policy policy,
      Secrets secrets,
      CommandRefusals refusals,
      Revocation revocation) {
    this.supervisor = supervisor;
    this.policy = policy;
    this.secrets = secrets;
    this.refusals = refusals;
    this.revocation = revocation;
  }

  /**
   * Reads a request.
   *
   * @param judge finds what the supervisor would not accept
   * @throws SupervisorException.Invalid naming all that is not as expected
   * @throws ForbiddenException if the policy does not allow it
   * @throws AuthenticationException if the caller was revoked while its body came
   */
  RunSpec read(
      RunRequest body, HttpServletRequest request, Function<RunSpec, List<Violation>> judge) {
    revocation.check(request); // the body may have taken its time
    Caller caller = Caller.of(request);
    Role role = caller.role();
    request.setAttribute(AuditFilter.COMMAND, asked(body));
    try {
      if (body.command() != null) {
        CommandTemplate template = policy.command(body.command(), role);
        return policy.confined(RunRequests.toSpec(body, template, secrets, caller.owner(), judge));
      }
      if (body.argv() != null) {
        policy.checkKind(false, role);
      }
      if (body.shell() != null) {
        policy.checkKind(true, role);
      }
      policy.checkPlace(body.cwd());
      RunSpec spec = RunRequests.toSpec(body, null, secrets, caller.owner(), judge);
      return policy.confined(policy.check(spec, role, supervisor::plan));
    } catch (ForbiddenException e) {
      refusals.refused(e, role);
      throw e;
    }
  }

  /** The name of a command or of a program, as far as one has it; arguments may hold secrets. */
  private static @Nullable String asked(RunRequest body) {
    String name = name(body);
    return name == null || name.length() <= MOST_OF_A_NAME
        ? name
        : name.substring(0, MOST_OF_A_NAME) + "...";
  }

  private static @Nullable String name(RunRequest body) {
    List<String> argv = body.argv();
    if (body.command() != null || argv == null || argv.isEmpty()) {
      return body.command() == null && body.shell() != null ? "sh" : body.command();
    }
    return argv.getFirst().substring(argv.getFirst().lastIndexOf('/') + 1);
  }
}
