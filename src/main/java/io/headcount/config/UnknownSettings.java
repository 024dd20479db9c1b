package io.headcount.config;

import io.headcount.HeadcountApplication;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Refuses to start with a setting below {@code headcount} that does not exist, wherever it is
 * written: who misspells a limit must hear of it. Costs a look at each name that is set.
 */
final class UnknownSettings implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {
  static final String OUR_FILE = "class path resource [application.yaml]";

  /** Only for the service itself: the JVM of a test has properties of its own. */
  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    if (event.getSpringApplication().getMainApplicationClass() == HeadcountApplication.class) {
      check(event.getEnvironment());
    }
  }

  /**
   * Looks through all sources of the environment.
   *
   * @throws UnknownSettingsException if a setting does not exist
   */
  static void check(ConfigurableEnvironment environment) {
    SettingNames names = new SettingNames();
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source instanceof EnumerablePropertySource<?> file
          && source.getName().contains(OUR_FILE)) {
        names.read(file);
      }
    }
    Set<String> wrong = new TreeSet<>();
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source instanceof EnumerablePropertySource<?> settings) {
        wrong.addAll(unknown(settings, names));
      }
    }
    if (!names.isEmpty() && !wrong.isEmpty()) {
      throw new UnknownSettingsException(List.copyOf(wrong));
    }
  }

  private static List<String> unknown(EnumerablePropertySource<?> source, SettingNames names) {
    List<String> lines = new ArrayList<>();
    Set<String> all = new TreeSet<>(Arrays.asList(source.getPropertyNames()));
    boolean environment = source instanceof SystemEnvironmentPropertySource;
    for (String name : all) {
      if (environment && names.isUnknownVariable(name, all)) {
        lines.add(line(source, name, names.nearestVariable(name).orElse(null)));
      } else if (!environment && names.isUnknownKey(name)) {
        lines.add(line(source, name, names.nearestKey(name).orElse(null)));
      }
    }
    return lines;
  }

  private static String line(PropertySource<?> source, String name, @Nullable String nearest) {
    Object origin = OriginLookup.getOrigin(source, name);
    return "    %s (%s)%s"
        .formatted(
            name,
            origin == null ? source.getName() : origin,
            nearest == null ? "" : ", the nearest that exists is " + nearest);
  }
}
