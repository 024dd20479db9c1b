package io.headcount;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;

/** Starts the service. Only packages that have beans are looked through, for the start's sake. */
@SpringBootApplication(
    scanBasePackages = {
      "io.headcount.api",
      "io.headcount.config",
      "io.headcount.metrics",
      "io.headcount.security"
    },
    exclude = UserDetailsServiceAutoConfiguration.class) // there are no passwords
@ConfigurationPropertiesScan("io.headcount.config")
public class HeadcountApplication {

  /**
   * Runs the service until it is told to stop.
   *
   * @param args Spring Boot's command line, {@code --server.port=8080} for example
   */
  public static void main(String[] args) {
    SpringApplication.run(HeadcountApplication.class, args);
  }
}
