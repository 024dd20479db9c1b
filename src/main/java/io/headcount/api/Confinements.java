package io.headcount.api;

import io.headcount.supervisor.RunSpec;
import io.headcount.supervisor.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what a request wants its command to be kept from. */
final class Confinements {
  private Confinements() {}

  /** What a request asks for; what makes no sense is a violation. */
  static RunSpec.Confinement of(RunRequest request, List<Violation> violations) {
    RunRequest.Security security = request.security();
    return new RunSpec.Confinement(
        security == null ? null : security.noNewPrivs(),
        security == null
            ? null
            : RunRequests.signal(
                "/security/parentDeathSignal", security.parentDeathSignal(), violations),
        sandbox(request.sandbox(), violations),
        false);
  }

  private static RunSpec.@Nullable Sandbox sandbox(
      RunRequest.@Nullable Sandbox sandbox, List<Violation> violations) {
    if (sandbox == null) {
      return null;
    }
    RunSpec.Writable writable =
        switch (sandbox.writable()) {
          case null -> RunSpec.Writable.CWD;
          case "cwd" -> RunSpec.Writable.CWD;
          case "workspace" -> RunSpec.Writable.WORKSPACE;
          case "nothing" -> RunSpec.Writable.NOTHING;
          default -> {
            violations.add(
                new Violation(
                    "/sandbox/writable",
                    "expected cwd, workspace or nothing, got "
                        + RunRequests.quote(sandbox.writable())));
            yield RunSpec.Writable.NOTHING;
          }
        };
    return new RunSpec.Sandbox(Boolean.TRUE.equals(sandbox.network()), writable);
  }
}
