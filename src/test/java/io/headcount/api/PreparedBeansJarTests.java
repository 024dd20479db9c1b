package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.HeadcountApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.aot.AotDetector;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;

/**
 * Settings with which the prepared beans are used make no others than were prepared, in the
 * service's context and in that of its management port.
 */
@EnabledIfSystemProperty(named = "headcount.prepared", matches = "true")
@Timeout(180)
class PreparedBeansJarTests {
  /** What reads classes, and what takes its place when they were read before. */
  private static final List<String> OF_THE_WAY =
      List.of(
          "internalAutowiredAnnotationProcessor",
          "internalCachingMetadataReaderFactory",
          "internalCommonAnnotationProcessor",
          "internalConfigurationAnnotationProcessor",
          "internalImportAwareAotProcessor");

  @TempDir private Path folder;

  /** Ways to configure the service that the documents name. */
  enum Settings {
    NONE,
    JSON,
    TLS,
    TOKENS,
    JWT,
    COMMANDS;

    List<String> in(Path folder) throws IOException {
      return switch (this) {
        case NONE -> List.of();
        case JSON -> List.of("spring.profiles.active=json");
        case TLS -> {
          Certificates made = new Certificates(folder);
          made.authority("ours");
          made.server("server", "ours");
          yield List.of(
              "spring.profiles.active=tls",
              "HEADCOUNT_TLS_CERTIFICATE=" + made.certificate("server"),
              "HEADCOUNT_TLS_PRIVATE_KEY=" + made.key("server"),
              "HEADCOUNT_TLS_CLIENT_CA=" + made.certificate("ours"),
              "HEADCOUNT_TLS_CLIENT_AUTH=want");
        }
        case TOKENS -> {
          Path file = folder.resolve("tokens");
          Files.writeString(file, "me admin sha256:" + "0123456789abcdef".repeat(4) + "\n");
          yield List.of(
              "headcount.security.tokens-file=" + file, "headcount.security.management-open=false");
        }
        case JWT -> List.of("headcount.security.jwt.jwk-set-uri=http://127.0.0.1:1/keys");
        case COMMANDS -> List.of("spring.config.additional-location=classpath:commands.yaml");
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void areThoseThatTheSettingsMake(Settings settings) throws IOException {
    List<String> arguments = settings.in(folder);
    Set<String> prepared = beans(true, arguments);
    Set<String> made = beans(false, arguments);

    assertThat(without(made, prepared)).as("beans that were not prepared").isEmpty();
    assertThat(without(prepared, made)).as("beans that should not be").isEmpty();
  }

  private static Set<String> without(Set<String> all, Set<String> others) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(others);
    return rest;
  }

  private static Set<String> beans(boolean prepared, List<String> settings) {
    Set<String> names = new TreeSet<>();
    ApplicationListener<ContextRefreshedEvent> collector =
        event ->
            Stream.of(event.getApplicationContext().getBeanDefinitionNames())
                .filter(name -> OF_THE_WAY.stream().noneMatch(name::contains))
                .map(name ->
                    (event.getApplicationContext().getParent() == null ? "" : "management: ")
                        + name)
                .forEach(names::add);
    SpringApplication service = new SpringApplication(HeadcountApplication.class);
    service.setMainApplicationClass(HeadcountApplication.class);
    service.setEnvironment(
        new StandardEnvironment() {
          @Override
          protected void customizePropertySources(MutablePropertySources none) {
            // What this JVM has is no setting of the service.
          }
        });
    service.addListeners(collector);
    SpringProperties.setProperty(AotDetector.AOT_ENABLED, String.valueOf(prepared));
    try (ConfigurableApplicationContext context =
        service.run(
            Stream.concat(Stream.of("server.port=0", "management.server.port=0"), settings.stream())
                .map(setting -> "--" + setting)
                .toArray(String[]::new))) {
      assertThat(AotDetector.useGeneratedArtifacts()).as("the way it started").isEqualTo(prepared);
      assertThat(context.isActive()).isTrue();
      return names;
    } finally {
      SpringProperties.setProperty(AotDetector.AOT_ENABLED, null);
    }
  }
}
