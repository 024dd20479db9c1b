package io.headcount.api;

import java.util.Set;
import org.apache.catalina.core.StandardHost;
import org.springframework.boot.actuate.autoconfigure.web.server.ConditionalOnManagementPort;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Problem documents on a management port of its own, whose web server is configured apart. Named in
 * {@code META-INF/spring}, and no component, so that it is found there alone.
 */
@ConditionalOnManagementPort(ManagementPortType.DIFFERENT)
class ManagementErrors {

  /** Last, for without the error page that others have added the valve answers. */
  @Bean
  @Order(Ordered.LOWEST_PRECEDENCE)
  static WebServerFactoryCustomizer<TomcatServletWebServerFactory> managementProblems() {
    return factory -> {
      factory.addConnectorCustomizers(WebConfiguration::takeAnyLanguages);
      factory.setErrorPages(Set.of());
      factory.addContextCustomizers(context -> {
        if (context.getParent() instanceof StandardHost host) {
          host.setErrorReportValveClass(ProblemReportValve.class.getName());
        }
      });
    };
  }
}
