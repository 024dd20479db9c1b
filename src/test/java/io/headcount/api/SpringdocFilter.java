package io.headcount.api;

import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Springdoc and its Jackson 2 are no part of the service, so they are none in tests unless a test
 * asks for them: contexts have the beans that the jar's have.
 */
final class SpringdocFilter implements AutoConfigurationImportFilter, EnvironmentAware {
  private boolean wanted;

  @Override
  public void setEnvironment(Environment environment) {
    wanted = environment.getProperty("springdoc.api-docs.enabled", Boolean.class, false);
  }

  @Override
  public boolean[] match(String[] classes, AutoConfigurationMetadata metadata) {
    boolean[] kept = new boolean[classes.length];
    for (int i = 0; i < classes.length; i++) {
      kept[i] = wanted || classes[i] == null || !isOfSpringdoc(classes[i]);
    }
    return kept;
  }

  private static boolean isOfSpringdoc(String name) {
    return name.startsWith("org.springdoc.") || name.contains(".Jackson2");
  }
}
