package io.headcount.config;

import com.github.f4b6a3.ulid.UlidCreator;
import io.headcount.api.OpenStreams;
import io.headcount.api.StreamKind;
import io.headcount.child.ChildAdapter;
import io.headcount.metrics.LimitMeters;
import io.headcount.metrics.RunSpans;
import io.headcount.metrics.StreamMeters;
import io.headcount.output.OutputStore;
import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.RunTracer;
import io.headcount.supervisor.Shutdown;
import io.headcount.supervisor.StartSweep;
import io.headcount.supervisor.SupervisorMetrics;
import io.headcount.supervisor.SupervisorSettings;
import io.headcount.supervisor.SweepReport;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.DefaultLifecycleProcessor;

/** Puts the supervisor together. */
@Configuration(proxyBeanMethods = false)
class SupervisorConfiguration {
  private static final int BOOT_ID_BYTES = 5;

  @Bean(destroyMethod = "close")
  ChildAdapter childAdapter(HeadcountProperties properties, SupervisorSettings settings) {
    return Adapters.open(
        properties.child(),
        properties.escapees(),
        properties.guardian(),
        properties.cgroup(),
        settings.bootId());
  }

  @Bean
  SupervisorSettings supervisorSettings(HeadcountProperties properties, CallersProperties callers) {
    HeadcountProperties.Limits limits = properties.limits();
    HeadcountProperties.Defaults defaults = properties.defaults();
    HeadcountProperties.Retention retention = properties.retention();
    return new SupervisorSettings(
        newBootId(),
        workspace(properties.workspace()),
        limits.maxLiveRuns(),
        callers.maxLiveRuns() == 0 ? limits.maxLiveRuns() : callers.maxLiveRuns(),
        limits.maxQueuedRuns(),
        limits.descriptorBudgetPercent(),
        limits.pidBudgetPercent(),
        new SupervisorSettings.Defaults(
            defaults.timeout(),
            defaults.noOutputTimeout(),
            defaults.queueTimeout(),
            defaults.stopSignal(),
            defaults.grace(),
            defaults.retainOutput().toBytes(),
            defaults.noNewPrivs()),
        new SupervisorSettings.Retention(
            retention.maxRuns(), retention.maxAge(), retention.maxOutput().toBytes()));
  }

  /** What earlier boots have left, and the folder of this one. */
  @Bean
  Boots boots(HeadcountProperties properties, SupervisorSettings settings, ChildAdapter adapter) {
    return Boots.open(
        outputFolder(properties.dataDir()),
        settings.bootId(),
        adapter.imprint(),
        properties.sweep());
  }

  /** Destroyed after the supervisor, which needs it until the last run has settled. */
  @Bean
  OutputStore outputStore(HeadcountProperties properties, Boots boots) {
    return OutputStore.open(
        boots.folder(),
        new OutputStore.Limits(
            properties.output().memory().toBytes(),
            properties.output().disk().toBytes(),
            properties.defaults().spillOutput().toBytes()));
  }

  /** Spans leave the service if an endpoint is given; there are none when tracing is turned off. */
  @Bean
  RunTracer runTracer(
      ObjectProvider<Tracer> tracer,
      ObjectProvider<Propagator> propagator,
      ObjectProvider<SpanExporter> exporters) {
    Tracer spans = tracer.getIfAvailable();
    Propagator context = propagator.getIfAvailable();
    return spans == null || context == null
        ? RunTracer.NONE
        : new RunSpans(spans, context, exporters.stream().findAny().isPresent());
  }

  /**
   * Closed by the lifecycle and, for its threads, by the adapter's own bean. Prepared beans forget
   * this empty name, and would close once more what is AutoCloseable.
   */
  @Bean(destroyMethod = "")
  ProcessSupervisor processSupervisor(
      SupervisorSettings settings,
      ChildAdapter adapter,
      OutputStore outputs,
      SupervisorMetrics metrics,
      RunTracer tracer) {
    return new ProcessSupervisor(
        settings,
        adapter,
        outputs,
        metrics,
        tracer,
        () -> UlidCreator.getMonotonicUlid().toString());
  }

  /** Like every bean, made before the web server opens its port. */
  @Bean
  SweepReport sweepReport(
      ProcessSupervisor supervisor, Boots boots, HeadcountProperties properties) {
    return new StartSweep(supervisor, properties.sweep()).run(boots.dead());
  }

  @Bean
  SupervisorLifecycle supervisorLifecycle(
      ProcessSupervisor supervisor,
      Boots boots,
      SupervisorMetrics metrics,
      OpenStreams streams,
      HeadcountProperties properties,
      DefaultLifecycleProcessor phases,
      ApplicationContext context) {
    HeadcountProperties.Shutdown budget = properties.shutdown();
    phases.setTimeoutForShutdownPhase(
        SupervisorLifecycle.PHASE, SupervisorLifecycle.longestStop(budget).toMillis());
    return new SupervisorLifecycle(
        supervisor, new Shutdown(supervisor, metrics), boots.folder(), streams, budget, context);
  }

  @Bean
  LimitMeters limitMeters(
      ProcessSupervisor supervisor, SweepReport sweep, HeadcountProperties properties) {
    HeadcountProperties.Shutdown stop = properties.shutdown();
    return new LimitMeters(supervisor, sweep, stop.drain().plus(stop.grace()));
  }

  @Bean
  StreamMeters streamMeters(OpenStreams streams) {
    Map<String, LongSupplier> clients = new LinkedHashMap<>();
    for (StreamKind kind : StreamKind.values()) {
      clients.put(kind.label(), () -> streams.clients(kind));
    }
    return new StreamMeters(clients);
  }

  private static String newBootId() {
    byte[] random = new byte[BOOT_ID_BYTES];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** A folder that cannot be used is no failure: then memory is all there is. */
  private static Path outputFolder(String dataDir) {
    if (dataDir.isBlank()) {
      return Path.of(
          System.getProperty("java.io.tmpdir"), "headcount-" + System.getProperty("user.name"));
    }
    try {
      return Path.of(dataDir.strip(), "output");
    } catch (InvalidPathException e) {
      throw new InvalidConfigurationPropertyValueException(
          "headcount.data-dir",
          dataDir,
          "It is no path: " + e.getReason() + " (HEADCOUNT_DATA_DIR).");
    }
  }

  private static Path workspace(String configured) {
    Path path;
    try {
      path = Path.of(configured.strip()).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw badWorkspace(configured, "is no path: " + e.getReason());
    }
    if (!Files.isDirectory(path)) {
      throw badWorkspace(configured, "must be a directory that exists; there is none at " + path);
    }
    return path;
  }

  private static InvalidConfigurationPropertyValueException badWorkspace(
      String configured, String reason) {
    return new InvalidConfigurationPropertyValueException(
        "headcount.workspace", configured, "It " + reason + " (HEADCOUNT_WORKSPACE).");
  }
}
