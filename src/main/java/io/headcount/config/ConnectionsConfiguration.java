package io.headcount.config;

import io.headcount.connections.Connections;
import io.headcount.connections.GuardedProtocol;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;

/**
 * Bounds the connections to both ports. The application finds it by itself, the context of a
 * management port of its own by the file that names it.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
class ConnectionsConfiguration {

  @Bean
  static WebServerFactoryCustomizer<TomcatServletWebServerFactory> guardedConnections(
      Connections connections) {
    return factory -> {
      factory.setProtocol(GuardedProtocol.class.getName());
      factory.addConnectorCustomizers(connector -> GuardedProtocol.guard(connector, connections));
    };
  }
}
