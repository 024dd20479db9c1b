package io.headcount.config;

import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.SupervisorSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** One line in the log when the service is ready: where it listens and what it found. */
@Component
final class StartReport implements ApplicationListener<ApplicationReadyEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(StartReport.class);

  private final ProcessSupervisor supervisor;

  StartReport(ProcessSupervisor supervisor) {
    this.supervisor = supervisor;
  }

  @Override
  public void onApplicationEvent(ApplicationReadyEvent event) {
    if (!(event.getApplicationContext() instanceof WebServerApplicationContext web)) {
      return;
    }
    Environment environment = web.getEnvironment();
    SupervisorSettings settings = supervisor.settings();
    LOG.info(
        "event=ready address={} port={} managementPort={} boot={} workspace={} adapter={}"
            + " capabilities={}",
        environment.getProperty("server.address"),
        web.getWebServer() == null ? null : web.getWebServer().getPort(),
        environment.getProperty("local.management.port"),
        settings.bootId(),
        settings.workspace(),
        supervisor.adapter().name(),
        supervisor.adapter().capabilities());
  }
}
