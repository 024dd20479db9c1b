package io.headcount.config;

import io.headcount.api.ApiSettings;
import io.headcount.api.AttachSettings;
import java.time.Instant;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tells the HTTP interface what it needs to know of the configuration. */
@Configuration(proxyBeanMethods = false)
class ApiConfiguration {

  @Bean
  AttachSettings attachSettings(HeadcountProperties properties, AttachProperties attach) {
    return new AttachSettings(properties.http().heartbeat(), attach.slow());
  }

  /** Without build information, as in a development environment, the version is unknown. */
  @Bean
  ApiSettings apiSettings(
      HeadcountProperties properties,
      ConnectionsProperties connections,
      ObjectProvider<BuildProperties> build) {
    BuildProperties known = build.getIfAvailable();
    String version = known == null ? null : known.getVersion();
    return new ApiSettings(
        version == null ? "unknown" : version,
        Instant.now(),
        properties.http().maxWait(),
        properties.http().maxBody().toBytes(),
        connections.bodyTimeout(),
        properties.http().heartbeat());
  }
}
