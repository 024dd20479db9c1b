package io.headcount.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever sets what a condition may look at gets the beans of his settings. */
class PreparedBeansTests {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "management.endpoints.web.exposure.include",
        "management.server.ssl.enabled",
        "management.tracing.export.enabled",
        "server.forward-headers-strategy",
        "spring.config.location",
        "spring.main.lazy-initialization",
        "spring.servlet.multipart.enabled"
      })
  void areNotUsedWithASettingThatDecides(String key) throws IOException {
    assertThat(deciding(Map.of(), Map.of(key, "x"))).isEqualTo(key);
    String variable = key.toUpperCase(Locale.ROOT).replace('.', '_').replace("-", "");
    assertThat(deciding(Map.of(variable, "x"), Map.of())).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SDK_DISABLED"})
  void areNotUsedWithTracesThatAreConfigured(String variable) throws IOException {
    assertThat(deciding(Map.of(variable, "x"), Map.of())).startsWith("otel.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"8080", "-1"})
  void areNotUsedWithoutAManagementPortOfItsOwn(String port) throws IOException {
    assertThat(deciding(Map.of("HEADCOUNT_MANAGEMENT_PORT", port), Map.of()))
        .isEqualTo("management.server.port");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "headcount.limits.max-live-runs",
        "headcount.policy.commands.build.argv[0]",
        "logging.level.root",
        "server.address",
        "server.port",
        "management.server.address",
        "spring.profiles.active",
        "spring.config.additional-location",
        "java.version"
      })
  void areUsedWithAnyOther(String key) throws IOException {
    assertThat(deciding(Map.of(), Map.of(key, "1"))).isNull();
    String variable = key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    assertThat(deciding(Map.of(variable, "1"), Map.of())).isNull();
  }

  @Test
  void areUsedWithAManagementPortOfItsOwn() throws IOException {
    assertThat(deciding(Map.of("HEADCOUNT_MANAGEMENT_PORT", "9000"), Map.of())).isNull();
    assertThat(deciding(Map.of(), Map.of("server.port", 0, "management.server.port", 0))).isNull();
  }

  private static String deciding(Map<String, Object> variables, Map<String, Object> settings)
      throws IOException {
    return PreparedBeans.deciding(ServiceEnvironment.of(variables, settings)).orElse(null);
  }
}
