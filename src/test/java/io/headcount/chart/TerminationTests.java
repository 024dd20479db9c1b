package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The kubelet's deadline is behind the end of the service's stop, whatever is set. */
class TerminationTests {
  private static final int CONFIRM = 5;

  /** What the service may take beyond drain, grace and confirmation: margin, report, web server. */
  private static final int OWN_MARGIN = 2 + 2 + 4;

  static Stream<Arguments> stopTimes() {
    List<Arguments> times = new ArrayList<>();
    for (int preStop : new int[] {0, 5, 300}) {
      for (int drain : new int[] {0, 30, 86_400}) {
        for (int grace : new int[] {0, 5, 60}) {
          times.add(Arguments.of(preStop, drain, grace, 10));
        }
      }
    }
    times.add(Arguments.of(1, 2, 3, 300));
    return times.stream();
  }

  @ParameterizedTest
  @MethodSource("stopTimes")
  void terminationGracePeriodCoversTheWholeStop(int preStop, int drain, int grace, int margin) {
    Manifests manifests = Helm.template(options(preStop, drain, grace, margin));
    assertThat(manifests.pod().getTerminationGracePeriodSeconds())
        .isEqualTo(preStop + drain + grace + CONFIRM + margin)
        .isGreaterThan(preStop + drain + grace + CONFIRM + OWN_MARGIN);
    assertThat(manifests.environment())
        .containsEntry("HEADCOUNT_SHUTDOWN_DRAIN", drain + "s")
        .containsEntry("HEADCOUNT_SHUTDOWN_GRACE", grace + "s")
        .containsEntry("HEADCOUNT_SHUTDOWN_MARGIN", "2s");
    var lifecycle = manifests.container().getLifecycle();
    if (preStop == 0) {
      assertThat(lifecycle).isNull(); // a sleep of 0 is refused before Kubernetes 1.33
    } else {
      assertThat(lifecycle.getPreStop().getSleep().getSeconds()).isEqualTo(preStop);
    }
  }

  @ParameterizedTest
  @MethodSource("stopTimes")
  void ownTerminationGracePeriodMayBeLongerAndIsRefusedWhenItIsShorter(
      int preStop, int drain, int grace, int margin) {
    int needed = preStop + drain + grace + CONFIRM + margin;
    List<String> options = new ArrayList<>(List.of(options(preStop, drain, grace, margin)));
    for (int enough : new int[] {needed, needed + 100}) {
      assertThat(
              Helm.template(with(options, "shutdown.terminationGracePeriodSeconds=" + enough))
                  .pod()
                  .getTerminationGracePeriodSeconds())
          .isEqualTo(enough);
    }
    var answer =
        Helm.tryTemplate(with(options, "shutdown.terminationGracePeriodSeconds=" + (needed - 1)));
    assertThat(answer.exitCode()).isNotZero();
    assertThat(answer.output())
        .contains("shutdown.terminationGracePeriodSeconds is " + (needed - 1))
        .contains("a stop may take " + needed + " s")
        .contains("set at least " + needed);
  }

  /** The ways round the values: whoever takes one is told which value it is. */
  @ParameterizedTest
  @CsvSource({
    "config.headcount.shutdown.drain=10m, shutdown.drainSeconds",
    "config.headcount.shutdown.grace=60s, shutdown.graceSeconds",
    "config.headcount.shutdown.margin=60s, shutdown.marginSeconds",
    "config.headcount\\.shutdown\\.margin=60s, shutdown.marginSeconds",
    "config.Headcount.shut-down.margin=60s, shutdown.marginSeconds",
    "config.spring.lifecycle.timeout-per-shutdown-phase=5m, shutdown.marginSeconds",
    "config.spring.lifecycle.timeoutPerShutdownPhase=5m, shutdown.marginSeconds",
    "config.spring.main.register-shutdown-hook=false, no run at SIGTERM",
    "config.spring.main.registerShutdownHook=false, no run at SIGTERM",
    "config.spring\\.main\\.register_shutdown_hook=false, no run at SIGTERM",
    "'env[0].name=SPRING_MAIN_REGISTER_SHUTDOWN_HOOK,env[0].value=x', no run at SIGTERM",
    "'env[0].name=SPRING_MAIN_REGISTERSHUTDOWNHOOK,env[0].value=x', no run at SIGTERM",
    "'env[0].name=spring.main.register-shutdown-hook,env[0].value=x', no run at SIGTERM",
    "'env[0].name=HEADCOUNT_SHUTDOWN_MARGIN,env[0].value=5m', shutdown.marginSeconds",
    "'env[0].name=HEADCOUNT_SHUTDOWN_GRACE,env[0].value=60s', shutdown.graceSeconds",
    "'env[0].name=SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE,env[0].value=5m', shutdown.marginSeconds",
    "'env[0].name=SPRING_APPLICATION_JSON,env[0].value=x', set config",
    "'env[0].name=SPRING_CONFIG_NAME,env[0].value=x', set config",
    "javaOptions=-Dheadcount.shutdown.margin=5m, set config",
    "javaOptions=-Dspring.aot.enabled=true -Dheadcount.shutdown.margin=5m, set config",
    "javaOptions=-Dspring.aot.enabled=-Dheadcount.shutdown.margin=5m, set config",
  })
  void wayRoundTheValuesIsRefused(String setting, String named) {
    var answer = Helm.tryTemplate("--set=" + setting);
    assertThat(answer.exitCode()).as(answer.output()).isNotZero();
    assertThat(answer.output()).contains(named);
  }

  private static String[] options(int preStop, int drain, int grace, int margin) {
    return new String[] {
      "--set=shutdown.preStopSeconds=" + preStop,
      "--set=shutdown.drainSeconds=" + drain,
      "--set=shutdown.graceSeconds=" + grace,
      "--set=shutdown.marginSeconds=" + margin
    };
  }

  private static String[] with(List<String> options, String setting) {
    List<String> all = new ArrayList<>(options);
    all.add("--set=" + setting);
    return all.toArray(String[]::new);
  }
}
