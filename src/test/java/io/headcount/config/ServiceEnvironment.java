package io.headcount.config;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ClassPathResource;

/** What a service is told by: settings, variables and its own file, and nothing of this JVM. */
final class ServiceEnvironment {
  private ServiceEnvironment() {}

  /** The profiles' documents come with the others, as if all were active. */
  static StandardEnvironment of(Map<String, Object> variables, Map<String, Object> settings)
      throws IOException {
    StandardEnvironment environment = new StandardEnvironment();
    MutablePropertySources sources = environment.getPropertySources();
    sources.remove(StandardEnvironment.SYSTEM_PROPERTIES_PROPERTY_SOURCE_NAME);
    sources.remove(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    sources.addLast(new MapPropertySource("settings", new HashMap<>(settings)));
    sources.addLast(
        new SystemEnvironmentPropertySource(
            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
    ClassPathResource file = new ClassPathResource("application.yaml");
    new YamlPropertySourceLoader()
        .load("Config resource '" + file + "'", file)
        .forEach(sources::addLast);
    return environment;
  }
}
