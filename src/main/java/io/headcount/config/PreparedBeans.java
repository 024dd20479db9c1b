package io.headcount.config;

import io.headcount.HeadcountApplication;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aot.AotDetector;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.context.ApplicationListener;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.util.ClassUtils;

/**
 * Lets the service start with the beans that were worked out when it was built ({@code
 * spring.aot.enabled}), unless settings would make other ones: then, as ever, they are worked out
 * at the start, which takes longer. What we promise to obey must not depend on how fast we start.
 */
final class PreparedBeans implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(PreparedBeans.class);

  /** Conditions of the libraries look at settings below these; ours have none. */
  private static final List<ConfigurationPropertyName> DECIDING =
      names("management", "otel", "server", "spring");

  /** At these none looks. */
  private static final List<ConfigurationPropertyName> FREE =
      names(
          "management.server.address",
          "management.server.port",
          "server.address",
          "server.port",
          "spring.aot.enabled",
          "spring.application.pid",
          "spring.application.version",
          "spring.backgroundpreinitializer.ignore",
          "spring.config.additional-location",
          "spring.config.additional.location", // as a variable's name reads
          "spring.profiles.active");

  private static List<ConfigurationPropertyName> names(String... names) {
    return Stream.of(names).map(ConfigurationPropertyName::of).toList();
  }

  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    boolean ours =
        event.getSpringApplication().getMainApplicationClass() == HeadcountApplication.class;
    if (ours && AotDetector.useGeneratedArtifacts()) {
      (areThere() ? deciding(event.getEnvironment()) : Optional.of("there are none"))
          .ifPresent(why -> {
            LOG.info("event=beans-not-prepared because=\"{}\"", why);
            SpringProperties.setProperty(AotDetector.AOT_ENABLED, "false");
          });
    }
  }

  /** A jar that was packed by an older Java has none. */
  private static boolean areThere() {
    return ClassUtils.isPresent(
        HeadcountApplication.class.getName() + "__ApplicationContextInitializer",
        PreparedBeans.class.getClassLoader());
  }

  /** A setting that may make other beans than the defaults do; empty if there is none. */
  static Optional<String> deciding(Environment environment) {
    if (ManagementPortType.get(environment) != ManagementPortType.DIFFERENT) {
      return Optional.of("management.server.port");
    }
    for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
      if (source instanceof IterableConfigurationPropertySource settings && !isOurs(source)) {
        Optional<String> deciding =
            settings.stream()
                .filter(PreparedBeans::decides)
                .map(ConfigurationPropertyName::toString)
                .findFirst();
        if (deciding.isPresent()) {
          return deciding;
        }
      }
    }
    return Optional.empty();
  }

  private static boolean decides(ConfigurationPropertyName name) {
    return DECIDING.stream().anyMatch(root -> root.isAncestorOf(name)) && !FREE.contains(name);
  }

  /** Its profiles set what no condition looks at, for {@code PreparedBeansJarTests} says so. */
  private static boolean isOurs(ConfigurationPropertySource source) {
    @Nullable Object underlying = source.getUnderlyingSource();
    return underlying instanceof PropertySource<?> file
        && file.getName().contains(UnknownSettings.OUR_FILE);
  }
}
