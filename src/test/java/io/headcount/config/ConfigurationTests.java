package io.headcount.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.headcount.supervisor.SweepMode;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.unit.DataSize;

class ConfigurationTests {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(HEADCOUNT_[A-Z_]+):(.*)}");

  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties({
    HeadcountProperties.class,
    AttachProperties.class,
    SecurityProperties.class,
    PolicyProperties.class,
    SecretsProperties.class,
    CallersProperties.class,
    ConnectionsProperties.class
  })
  static class Properties {}

  @Test
  void bindsEveryKeyOfTheYaml() throws IOException {
    List<String> keys = new ArrayList<>();
    keysOf(HeadcountProperties.class, "headcount", keys);
    keysOf(AttachProperties.class, "headcount.attach", keys);
    keysOf(SecurityProperties.class, "headcount.security", keys);
    keysOf(PolicyProperties.class, "headcount.policy", keys);
    keysOf(SecretsProperties.class, "headcount.secrets", keys);
    keysOf(CallersProperties.class, "headcount.callers", keys);
    keysOf(ConnectionsProperties.class, "headcount.connections", keys);
    assertThat(new TreeSet<>(yaml().keySet()))
        .containsExactlyInAnyOrderElementsOf(new TreeSet<>(keys));
  }

  @Test
  void namesTheVariableOfEveryKeyAfterIt() throws IOException {
    yaml()
        .forEach((key, value) -> {
          Matcher placeholder = PLACEHOLDER.matcher(value);
          assertThat(placeholder.matches()).as(key + ": " + value).isTrue();
          assertThat(placeholder.group(1))
              .isEqualTo(
                  key.toUpperCase(java.util.Locale.ROOT).replace('.', '_').replace('-', '_'));
        });
  }

  @Test
  void takesTheDefaultsWhenNothingIsSet() {
    with(Map.of())
        .run(context -> {
          HeadcountProperties properties = context.getBean(HeadcountProperties.class);
          assertThat(properties.limits().maxLiveRuns()).isEqualTo(256);
          assertThat(properties.limits().maxQueuedRuns()).isEqualTo(100);
          assertThat(properties.guardian()).isEqualTo(GuardianChoice.AUTO);
          assertThat(properties.cgroup()).isEqualTo(CgroupChoice.AUTO);
          assertThat(properties.sweep()).isEqualTo(SweepMode.KILL);
          assertThat(properties.child().adapter()).isEqualTo(AdapterChoice.AUTO);
          assertThat(properties.defaults().timeout()).isZero();
          assertThat(properties.defaults().grace()).isEqualTo(Duration.ofSeconds(5));
          assertThat(properties.defaults().retainOutput()).isEqualTo(DataSize.ofMegabytes(1));
          assertThat(properties.defaults().spillOutput()).isEqualTo(DataSize.ofMegabytes(64));
          assertThat(properties.output().memory()).isEqualTo(DataSize.ofMegabytes(256));
          assertThat(properties.output().disk()).isEqualTo(DataSize.ofGigabytes(4));
          assertThat(properties.retention().maxAge()).isEqualTo(Duration.ofMinutes(30));
          assertThat(properties.http().maxWait()).isEqualTo(Duration.ofMinutes(10));
          assertThat(properties.http().heartbeat()).isEqualTo(Duration.ofSeconds(15));
          assertThat(SupervisorLifecycle.longestStop(properties.shutdown()))
              .isEqualTo(Duration.ofSeconds(14));
        });
  }

  @Test
  void honoursEveryVariableWhenItIsSet() throws IOException {
    Map<String, Object> environment = new LinkedHashMap<>();
    yaml().values().forEach(value -> environment.put(variable(value), another(variable(value))));
    with(environment)
        .run(context -> {
          HeadcountProperties p = context.getBean(HeadcountProperties.class);
          assertThat(p)
              .isEqualTo(
                  new HeadcountProperties(
                      "/tmp",
                      "/tmp",
                      GuardianChoice.ON,
                      CgroupChoice.ON,
                      SweepMode.REPORT,
                      new HeadcountProperties.Child(AdapterChoice.JDK, 7, 7),
                      io.headcount.child.EscapeePolicy.REPORT,
                      new HeadcountProperties.Limits(7, 7, 7, 7),
                      new HeadcountProperties.Defaults(
                          Duration.ofSeconds(7),
                          Duration.ofSeconds(7),
                          Duration.ofSeconds(7),
                          io.headcount.child.Signal.SIGINT,
                          Duration.ofSeconds(7),
                          DataSize.ofBytes(7),
                          true,
                          DataSize.ofBytes(7)),
                      new HeadcountProperties.Output(DataSize.ofBytes(7), DataSize.ofBytes(7)),
                      new HeadcountProperties.Retention(
                          7, Duration.ofSeconds(7), DataSize.ofBytes(7)),
                      new HeadcountProperties.Shutdown(
                          Duration.ofSeconds(7), Duration.ofSeconds(7), Duration.ofSeconds(7)),
                      new HeadcountProperties.Http(
                          Duration.ofSeconds(7), DataSize.ofBytes(7), Duration.ofSeconds(7))));
          assertThat(context.getBean(AttachProperties.class))
              .isEqualTo(new AttachProperties(Duration.ofSeconds(7), java.util.Set.of("7")));
          assertThat(context.getBean(SecurityProperties.class))
              .isEqualTo(
                  new SecurityProperties(
                      "7",
                      new SecurityProperties.Jwt("7", "7", "7", "7"),
                      java.util.Set.of("7"),
                      false));
          assertThat(context.getBean(PolicyProperties.class))
              .isEqualTo(
                  new PolicyProperties(
                      PolicyProperties.Choice.DENY,
                      PolicyProperties.Choice.DENY,
                      PolicyProperties.Place.WORKSPACE,
                      new PolicyProperties.Executables(
                          List.of(PolicyProperties.Rule.of("7")),
                          List.of(PolicyProperties.Rule.of("7"))),
                      new PolicyProperties.Env(List.of("7")),
                      true,
                      "7",
                      true,
                      Map.of()));
          assertThat(context.getBean(SecretsProperties.class))
              .isEqualTo(new SecretsProperties("7"));
          assertThat(context.getBean(CallersProperties.class))
              .isEqualTo(new CallersProperties(7, 7, 7, 7, 7));
          assertThat(context.getBean(ConnectionsProperties.class))
              .isEqualTo(
                  new ConnectionsProperties(7, 7, Duration.ofSeconds(7), Duration.ofSeconds(7)));
        });
  }

  @ParameterizedTest
  @CsvSource({
    "HEADCOUNT_LIMITS_MAX_LIVE_RUNS, 0, limits.maxLiveRuns, greater than or equal to 1",
    "HEADCOUNT_LIMITS_DESCRIPTOR_BUDGET_PERCENT, 101, limits.descriptorBudgetPercent, less than or equal to 100",
    "HEADCOUNT_DEFAULTS_GRACE, PT1M1S, defaults.grace, 60",
    "HEADCOUNT_SHUTDOWN_DRAIN, PT-1S, shutdown.drain, 0",
    "HEADCOUNT_DEFAULTS_RETAIN_OUTPUT, 0, defaults.retainOutput, at least 1 bytes",
    "HEADCOUNT_DEFAULTS_SPILL_OUTPUT, -1, defaults.spillOutput, at least 0 bytes",
    "HEADCOUNT_OUTPUT_MEMORY, 0, output.memory, at least 1 bytes",
    "HEADCOUNT_OUTPUT_DISK, -1, output.disk, at least 0 bytes",
    "HEADCOUNT_CHILD_SPAWNERS, many, headcount.child.spawners, many",
    "HEADCOUNT_GUARDIAN, maybe, headcount.guardian, maybe",
    "HEADCOUNT_CGROUP, maybe, headcount.cgroup, maybe",
    "HEADCOUNT_POLICY_SHELL, maybe, headcount.policy.shell, maybe",
    "HEADCOUNT_POLICY_CWD, here, headcount.policy.cwd, here",
    "HEADCOUNT_SWEEP, all, headcount.sweep, all",
    "HEADCOUNT_CHILD_ADAPTER, docker, headcount.child.adapter, docker",
    "HEADCOUNT_DEFAULTS_STOP_SIGNAL, SIGNONE, headcount.defaults.stop-signal, SIGNONE",
    "HEADCOUNT_CALLERS_REQUESTS_PER_SECOND, -1, callers.requestsPerSecond, greater than or equal to 0",
    "HEADCOUNT_CONNECTIONS_HEAD_TIMEOUT, 0, connections.headTimeout, 100",
    "HEADCOUNT_HTTP_MAX_WAIT, soon, headcount.http.max-wait, soon"
  })
  void namesKeyExpectationAndValueWhenOneIsWrong(
      String variable, String value, String key, String expectation) {
    with(Map.of(variable, value))
        .run(context -> {
          assertThat(context).hasFailed();
          String told = messages(context.getStartupFailure());
          assertThat(told).contains(key).contains(expectation).contains(value);
        });
  }

  @Test
  void namesTheWorkspaceWhenThereIsNone() {
    with(Map.of("HEADCOUNT_WORKSPACE", "/no/such/directory"))
        .withUserConfiguration(SupervisorConfiguration.class)
        .withBean(
            io.headcount.supervisor.SupervisorMetrics.class,
            () -> io.headcount.supervisor.SupervisorMetrics.NONE)
        .run(context ->
            assertThat(messages(context.getStartupFailure()))
                .contains("headcount.workspace")
                .contains("must be a directory that exists")
                .contains("/no/such/directory"));
  }

  @Test
  void refusesAnyHostWithoutCredentials() {
    var jwt = new SecurityProperties.Jwt("", "", "", "roles");
    var open = new SecurityProperties("", jwt, java.util.Set.of("*"), true);
    assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
        .isThrownBy(() -> open.settings(java.util.Set.of()))
        .satisfies(e -> assertThat(e.getName()).isEqualTo("headcount.security.hosts"))
        .satisfies(e -> assertThat(e.getReason()).contains("HEADCOUNT_SECURITY_TOKENS_FILE"));
    var closed = new SecurityProperties("/t", jwt, java.util.Set.of("*"), true);
    assertThat(closed.settings(java.util.Set.of()).managementOpen()).isTrue();
  }

  @Test
  void refusesToAskForClientCertificatesWithoutSayingWhoseAreTrusted() {
    var runner =
        new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
            .withUserConfiguration(ClientTrust.class)
            .withPropertyValues(
                "spring.ssl.bundle.pem.headcount.truststore.certificate=",
                "management.server.ssl.bundle=headcount");
    for (String wrong : List.of("want", "need")) {
      runner
          .withPropertyValues("management.server.ssl.client-auth=" + wrong)
          .run(context ->
              assertThat(messages(context.getStartupFailure()))
                  .contains("management.server.ssl.client-auth")
                  .contains("HEADCOUNT_TLS_CLIENT_CA"));
    }
    runner
        .withPropertyValues("management.server.ssl.client-auth=none")
        .run(context -> assertThat(context).hasNotFailed());
  }

  @Test
  void saysWhatIsMissingWhenThePlatformCannotDoIt() {
    var missing = new io.headcount.child.UnsupportedPlatformException("pidfd_open(2) is missing");
    var analysis =
        new PlatformFailureAnalyzer().analyze(new IllegalStateException("bean", missing));
    assertThat(analysis.getDescription()).contains("pidfd_open(2) is missing");
    assertThat(analysis.getAction()).contains("HEADCOUNT_CHILD_ADAPTER=jdk");
  }

  private static ApplicationContextRunner with(Map<String, Object> environment) {
    return new ApplicationContextRunner()
        .withInitializer(context -> {
          StandardEnvironment real = (StandardEnvironment) context.getEnvironment();
          real.getPropertySources()
              .remove(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
          real.getPropertySources()
              .addLast(
                  new SystemEnvironmentPropertySource(
                      StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, environment));
          try {
            load().forEach(real.getPropertySources()::addLast);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        })
        .withUserConfiguration(Properties.class);
  }

  private static List<org.springframework.core.env.PropertySource<?>> load() throws IOException {
    return new YamlPropertySourceLoader()
        .load("application", new ClassPathResource("application.yaml"));
  }

  private static Map<String, String> yaml() throws IOException {
    Map<String, String> values = new LinkedHashMap<>();
    for (var source : load()) {
      for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
        if (name.startsWith("headcount.")) {
          values.put(name, String.valueOf(source.getProperty(name)));
        }
      }
    }
    return values;
  }

  private static void keysOf(Class<?> type, String prefix, List<String> keys) {
    for (RecordComponent component : type.getRecordComponents()) {
      String name =
          component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
      if (component.getType().isRecord()) {
        keysOf(component.getType(), prefix + "." + name, keys);
      } else if (component.getType() != Map.class) { // a map has no variable
        keys.add(prefix + "." + name);
      }
    }
  }

  private static String variable(String value) {
    Matcher placeholder = PLACEHOLDER.matcher(value);
    assertThat(placeholder.matches()).as(value).isTrue();
    return placeholder.group(1);
  }

  private static String another(String variable) {
    return switch (variable) {
      case "HEADCOUNT_WORKSPACE", "HEADCOUNT_DATA_DIR" -> "/tmp";
      case "HEADCOUNT_CHILD_ADAPTER" -> "jdk";
      case "HEADCOUNT_GUARDIAN", "HEADCOUNT_CGROUP" -> "on";
      case "HEADCOUNT_SECURITY_MANAGEMENT_OPEN" -> "false";
      case "HEADCOUNT_POLICY_SHELL", "HEADCOUNT_POLICY_FREE" -> "deny";
      case "HEADCOUNT_POLICY_CWD" -> "workspace";
      case "HEADCOUNT_POLICY_NO_NEW_PRIVS",
          "HEADCOUNT_POLICY_SANDBOX",
          "HEADCOUNT_DEFAULTS_NO_NEW_PRIVS" ->
          "true";
      case "HEADCOUNT_SWEEP" -> "report";
      case "HEADCOUNT_ESCAPEES" -> "report";
      case "HEADCOUNT_DEFAULTS_STOP_SIGNAL" -> "SIGINT";
      default -> "7";
    };
  }

  private static String messages(Throwable failure) {
    StringBuilder all = new StringBuilder();
    for (Throwable each = failure; each != null; each = each.getCause()) {
      all.append(each).append('\n');
      if (each
          instanceof
          org.springframework.boot.context.properties.source
                  .InvalidConfigurationPropertyValueException
              wrong) {
        all.append(wrong.getName()).append(wrong.getValue()).append(wrong.getReason());
      }
    }
    return all.toString();
  }
}
