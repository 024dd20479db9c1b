package io.headcount.config;

import io.headcount.api.OpenStreams;
import io.headcount.api.Revocation;
import io.headcount.security.Callers;
import io.headcount.security.SecuritySettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tells the security what it needs to know of the configuration, and keeps it true. */
@Configuration(proxyBeanMethods = false)
class CallersConfiguration {

  /** Takes the address, though it needs nothing of it: nothing is made where that is refused. */
  @Bean
  SecuritySettings securitySettings(
      SecurityProperties security, AttachProperties attach, ListenAddress address) {
    return security.settings(attach.allowedOrigins());
  }

  @Bean
  Callers callers(SecuritySettings settings) {
    return new Callers(settings);
  }

  @Bean
  Revocation revocation(Callers callers) {
    return callers::isRevoked;
  }

  @Bean(destroyMethod = "close")
  CallersWatch callersWatch(Callers callers, OpenStreams streams) {
    return CallersWatch.start(callers, streams);
  }
}
