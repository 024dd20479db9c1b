package io.headcount.security;

import io.headcount.policy.Role;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.springframework.http.HttpMethod;

/**
 * Which role may call which operation. Admins may call all; what has no rule is theirs alone. GET
 * stands for HEAD too.
 */
final class Rules {
  private static final Set<Role> EVERY_ROLE = EnumSet.allOf(Role.class);
  private static final Set<Role> WHO_RUNS = EnumSet.of(Role.RUNNER, Role.ADMIN);

  /** Of which roles a caller must be; nobody is asked where there is none. */
  record Rule(HttpMethod method, String path, Set<Role> roles) {}

  static List<Rule> of(boolean managementOpen) {
    return List.of(
        open("/"),
        open("/problems"),
        open("/problems/{code}"),
        look("/v3/api-docs"),
        look("/v3/api-docs.yaml"),
        look("/swagger-ui"),
        look("/swagger-ui/**"),
        look("/v1/info"),
        look("/v1/commands"),
        look("/v1/events"),
        look("/v1/runs"),
        look("/v1/runs/{id}"),
        look("/v1/runs/{id}/output"),
        look("/v1/runs/{id}/events"),
        look("/v1/runs/{id}/processes"),
        look("/v1/runs/{id}/attach"), // to write it takes more, see there
        run(HttpMethod.POST, "/v1/runs"),
        run(HttpMethod.PUT, "/v1/runs/{id}"),
        run(HttpMethod.DELETE, "/v1/runs/{id}"),
        run(HttpMethod.POST, "/v1/runs/cancel"),
        run(HttpMethod.POST, "/v1/runs/{id}/cancel"),
        run(HttpMethod.POST, "/v1/runs/{id}/signal"),
        run(HttpMethod.POST, "/v1/runs/{id}/stdin"),
        run(HttpMethod.PUT, "/v1/runs/{id}/tty"),
        open("/actuator/health/**"), // the kubelet has no token
        managementOpen ? open("/actuator/**") : look("/actuator/**"));
  }

  private static Rule open(String path) {
    return new Rule(HttpMethod.GET, path, Set.of());
  }

  private static Rule look(String path) {
    return new Rule(HttpMethod.GET, path, EVERY_ROLE);
  }

  private static Rule run(HttpMethod method, String path) {
    return new Rule(method, path, WHO_RUNS);
  }

  private Rules() {}
}
