package io.headcount.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A setting that does not exist is refused at the start, and one that does never is. */
class UnknownSettingsTests {

  @ParameterizedTest
  @CsvSource({
    "headcount.workspaces, headcount.workspace",
    "headcount.limits.max-live-run, headcount.limits.max-live-runs",
    "headcount.limits.max-live-runs.x, headcount.limits.max-live-runs",
    "headcount.security.host[0], headcount.security.hosts",
    "headcount.policy.shel, headcount.policy.shell",
    "headcount.secret.dir, headcount.secrets.dir"
  })
  void namesTheNearestKey(String wrong, String nearest) {
    assertThat(refusal(Map.of(), Map.of(wrong, "x")))
        .contains(wrong.replace("[0]", ""))
        .endsWith("the nearest that exists is " + nearest);
  }

  @ParameterizedTest
  @CsvSource({
    "HEADCOUNT_WORKSPCE, HEADCOUNT_WORKSPACE",
    "HEADCOUNT_SERVER_ADRESS, HEADCOUNT_SERVER_ADDRESS",
    "HEADCOUNT_LIMITS_MAX_LIVERUNS, HEADCOUNT_LIMITS_MAX_LIVE_RUNS",
    "HEADCOUNT_SECURITY_HOST_0, HEADCOUNT_SECURITY_HOSTS"
  })
  void namesTheNearestVariable(String wrong, String nearest) {
    assertThat(refusal(Map.of(wrong, "x"), Map.of()))
        .contains(wrong)
        .endsWith("the nearest that exists is " + nearest);
  }

  @Test
  void namesNoneThatIsNotNear() {
    assertThat(refusal(Map.of(), Map.of("headcount.colour", "red")))
        .contains("headcount.colour (settings)")
        .doesNotContain("nearest", "red");
  }

  @Test
  void namesAllAtOnce() {
    assertThat(refusal(Map.of("HEADCOUNT_X", "1"), Map.of("headcount.a", 1, "headcount.b.c", 2)))
        .contains("HEADCOUNT_X", "headcount.a", "headcount.b.c");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "headcount.limits.maxLiveRuns",
        "headcount.limits.max_live_runs",
        "headcount.security.hosts[0]",
        "headcount.policy.executables.allow[1].path",
        "headcount.policy.commands.build.argv[0]",
        "headcounts.x",
        "other.headcount.x"
      })
  void takesEveryWayToWriteOneThatExists(String key) {
    assertThatCode(() -> check(Map.of(), Map.of(key, "x"))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HEADCOUNT_LIMITS_MAX_LIVE_RUNS",
        "HEADCOUNT_LIMITS_MAXLIVERUNS",
        "HEADCOUNT_SECURITY_HOSTS_0",
        "HEADCOUNT_POLICY_EXECUTABLES_ALLOW_0_PATH",
        "HEADCOUNT_POLICY_COMMANDS_BUILD_ARGV_0",
        "HEADCOUNT_SERVER_PORT",
        "HEADCOUNT_AUDIT_LEVEL",
        "HEADCOUNT_TLS_CERTIFICATE",
        "HEADCOUNT_TLS_CLIENT_AUTH",
        "HEADCOUNT_TLS_PRIVATE_KEY",
        "HEADCOUNT_RUN",
        "HEADCOUNTS",
        "MY_HEADCOUNT_X"
      })
  void takesEveryVariableThatIsRead(String variable) {
    assertThatCode(() -> check(Map.of(variable, "x"), Map.of())).doesNotThrowAnyException();
  }

  /** What the kubelet gives each container of a namespace with a Service of our name. */
  @Test
  void takesTheVariablesOfAServiceOfItsName() {
    Map<String, Object> links = new TreeMap<>();
    for (String service : new String[] {"HEADCOUNT", "HEADCOUNT_PODS"}) {
      links.put(service + "_SERVICE_HOST", "10.0.0.1");
      links.put(service + "_SERVICE_PORT", "8080");
      links.put(service + "_SERVICE_PORT_HTTP", "8080");
      links.put(service + "_PORT", "tcp://10.0.0.1:8080");
      links.put(service + "_PORT_8080_TCP_ADDR", "10.0.0.1");
    }
    assertThatCode(() -> check(links, Map.of())).doesNotThrowAnyException();
    links.remove("HEADCOUNT_PODS_SERVICE_HOST");
    assertThat(refusal(links, Map.of())).contains("HEADCOUNT_PODS_PORT_8080_TCP_ADDR");
  }

  private static String refusal(Map<String, Object> variables, Map<String, Object> settings) {
    Throwable thrown = catchThrowable(() -> check(variables, settings));
    assertThat(thrown).isInstanceOf(UnknownSettingsException.class);
    return thrown.getMessage();
  }

  private static void check(Map<String, Object> variables, Map<String, Object> settings)
      throws IOException {
    UnknownSettings.check(ServiceEnvironment.of(variables, settings));
  }
}
