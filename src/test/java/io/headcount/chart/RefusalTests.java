package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that the chart does not take. */
class RefusalTests {

  /** What is asked for, and a word of the refusal. */
  static Stream<Arguments> nonsense() {
    return Stream.of(
        Arguments.of("--set=nosuchkey=1", "nosuchkey"),
        Arguments.of("--set=shutdown.graceSecond=5", "graceSecond"),
        Arguments.of("--set=shutdown.graceSeconds=-1", "graceSeconds"),
        Arguments.of("--set=shutdown.graceSeconds=61", "graceSeconds"),
        Arguments.of("--set-string=shutdown.graceSeconds=5s", "graceSeconds"),
        Arguments.of("--set-json=shutdown.graceSeconds=2.5", "graceSeconds"),
        Arguments.of("--set=shutdown.graceSeconds=null", "graceSeconds"),
        Arguments.of("--set=shutdown.drainSeconds=-1", "drainSeconds"),
        Arguments.of("--set=shutdown.preStopSeconds=-1", "preStopSeconds"),
        Arguments.of("--set=shutdown.marginSeconds=0", "marginSeconds"),
        Arguments.of("--set=terminationGracePeriodSeconds=1", "terminationGracePeriodSeconds"),
        Arguments.of(
            "--set=shutdown.terminationGracePeriodSeconds=0", "terminationGracePeriodSeconds"),
        Arguments.of("--set=limits.maxLiveRuns=0", "maxLiveRuns"),
        Arguments.of("--set=limits.maxQueuedRuns=-1", "maxQueuedRuns"),
        Arguments.of("--set=replicaCount=-1", "replicaCount"),
        Arguments.of("--set=replicaCount=many", "replicaCount"),
        Arguments.of("--set=image.repository=", "repository"),
        Arguments.of("--set=image.digest=sha256:abc", "digest"),
        Arguments.of("--set=image.pullPolicy=Sometimes", "pullPolicy"),
        Arguments.of("--set=service.type=Internet", "type"),
        Arguments.of("--set=service.port=65536", "port"),
        Arguments.of("--set=workspace.sizeLimit=big", "sizeLimit"),
        Arguments.of("--set=podDisruptionBudget.maxUnavailable=101%", "maxUnavailable"),
        Arguments.of("--set=probes.liveness.periodSeconds=0", "periodSeconds"),
        Arguments.of("--set=podMonitor.interval=often", "interval"),
        Arguments.of("--set=serviceMonitor.port=1", "port"),
        Arguments.of("--set=service.sessionAffinity=Cookie", "sessionAffinity"),
        Arguments.of("--set=persistence.accessModes[0]=ReadOnlyMany", "accessModes"),
        Arguments.of("--set=persistence.whenDeleted=Ask", "whenDeleted"),
        Arguments.of("--set=existingSecret.mountPath=here", "mountPath"),
        Arguments.of("--set=auth.existingSecret=UPPER", "existingSecret"),
        Arguments.of("--set=auth.hosts[0]=https://example.com", "hosts"),
        Arguments.of("--set=auth.token=abc", "token"),
        Arguments.of("--set=tls=null", "tls"),
        Arguments.of("--set=tls.secretName=x", "secretName"),
        Arguments.of("--set=tls.existingSecret=UPPER", "existingSecret"),
        Arguments.of("--set=tls.clientAuth=must", "clientAuth"),
        Arguments.of("--set=tls.clientCa=of/callers", "clientCa"),
        Arguments.of("--set=tls.clientCa=tls.key", "clientCa"),
        Arguments.of("--set-string=tls.management=yes", "management"),
        Arguments.of("--set=ingress.hosts[0]=example.com", "hosts"),
        Arguments.of("--set=ingress.hosts[0].host=UPPER", "hosts"),
        Arguments.of("--set=httpRoute.timeouts.request=forever", "request"),
        Arguments.of("--set=networkPolicy.clients[0].pods=all", "clients"),
        Arguments.of("--set-json=networkPolicy.clients=[{}]", "clients"),
        Arguments.of("--set=autoscaling.minReplicas=0", "minReplicas"),
        Arguments.of("--set=autoscaling.targetRunningRuns=0", "targetRunningRuns"),
        Arguments.of("--set=prometheusRule.disabled[0]=HeadcountTypo", "disabled"),
        Arguments.of("--set=prometheusRule.runbookUrl=docs", "runbookUrl"),
        Arguments.of("--set=dashboard.folder=x", "folder"),
        Arguments.of("--set=test.timeoutSeconds=0", "timeoutSeconds"),
        Arguments.of("--set=extraContainers[0].name=x", "extraContainers"),
        Arguments.of("--set=topologySpreadConstraints[0].maxSkew=1", "topologySpreadConstraints"),
        Arguments.of("--set=strategy.type=Sometimes", "type"));
  }

  @ParameterizedTest
  @MethodSource("nonsense")
  void refusesNonsense(String option, String named) {
    var answer = Helm.tryTemplate(option);
    assertThat(answer.exitCode()).as(answer.output()).isNotZero();
    assertThat(answer.output())
        .contains("values don't meet the specifications of the schema")
        .contains(named);
  }

  /** Well formed, and yet it would not do what it says. */
  @ParameterizedTest
  @CsvSource({
    "'podMonitor.enabled=true,serviceMonitor.enabled=true', scrape every pod twice",
    "ingress.enabled=true, ingress.hosts",
    "httpRoute.enabled=true, httpRoute.parentRefs",
    "'autoscaling.enabled=true,autoscaling.minReplicas=11', must not be more",
    "'autoscaling.enabled=true,autoscaling.targetCPUUtilizationPercentage=null', autoscaling.targetRunningRuns",
    "'autoscaling.enabled=true,resources.requests.cpu=null', resources.requests.cpu",
    "'persistence.enabled=true,strategy.type=Recreate', RollingUpdate or OnDelete",
    "'persistence.enabled=true,strategy.rollingUpdate.maxSurge=1', set strategy.rollingUpdate to null",
    "'persistence.enabled=true,strategy.rollingUpdate.maxUnavailable=0', set strategy.rollingUpdate to null",
    "'strategy.rollingUpdate.maxUnavailable=0,strategy.rollingUpdate.maxSurge=0', no pod could ever be replaced",
    "'strategy.rollingUpdate.maxUnavailable=0%,strategy.rollingUpdate.maxSurge=0%', no pod could ever be replaced",
    "strategy.rollingUpdate.partition=1, there are maxUnavailable and maxSurge",
    "fullnameOverride=0abc, 0abc is no name for a Service",
    "'podMonitor.enabled=true,config.headcount.security.management-open=false', answered 401",
    "'serviceMonitor.enabled=true,config.headcount\\.security.managementOpen=false', answered 401",
    "'podMonitor.enabled=true,env[0].name=HEADCOUNT_SECURITY_MANAGEMENT_OPEN,env[0].value=no', answered 401",
    "'persistence.enabled=true,fullnameOverride=a1234567890123456789012345678901234567890123456789012', fullnameOverride",
    "strategy.type=OnDelete, RollingUpdate or Recreate",
    "config.headcount.limits.max-live-runs=7, limits.maxLiveRuns",
    "config.headcount.limits.maxQueuedRuns=7, limits.maxQueuedRuns",
    "config.headcount.data-dir=/x, set data",
    "config.headcount.security.tokens-file=/x, set auth.existingSecret",
    "config.headcount.security.hosts=x, set auth.hosts",
    "'env[0].name=HEADCOUNT_SECURITY_TOKENS_FILE,env[0].value=/x', set auth.existingSecret",
    "'env[0].name=HEADCOUNT_SECURITY_HOSTS,env[0].value=x', set auth.hosts",
    "config.server.port=80, service.port",
    "config.management.server.port=80, service.port",
    "'env[0].name=HEADCOUNT_WORKSPACE,env[0].value=/x', set workspace",
    "'env[0].name=HEADCOUNT_DATA_DIR,env[0].value=/x', set data",
    "'env[0].name=HEADCOUNT_LIMITS_MAX_LIVE_RUNS,env[0].value=x', limits.maxLiveRuns",
    "'env[0].name=HEADCOUNT_MANAGEMENT_PORT,env[0].value=x', service.port",
    "'env[0].name=SERVER_PORT,env[0].value=x', service.port",
    "'env[0].name=JDK_JAVA_OPTIONS,env[0].value=-Xmx1g', set javaOptions",
    "'env[0].name=JAVA_TOOL_OPTIONS,env[0].value=-Dheadcount.shutdown.drain=60s', set javaOptions",
    "'env[0].name=SPRING_CONFIG_IMPORT,env[0].value=file:/x', set config",
    "'javaOptions=@/workspace/opts', set config",
    "'env[0].name=SPRING_PROFILES_ACTIVE,env[0].value=prod', set logs.json to false",
    "tls.clientAuth=want, set tls.existingSecret",
    "tls.clientCa=ca.crt, set tls.existingSecret",
    "tls.management=true, set tls.existingSecret",
    "'tls.existingSecret=x,tls.clientCa=ca.crt', nobody is asked for a certificate",
    "'tls.existingSecret=x,tls.clientAuth=need,tls.management=true', every probe",
    "'tls.existingSecret=x,env[0].name=HEADCOUNT_TLS_CLIENT_CA,env[0].value=x', HEADCOUNT_TLS_CLIENT_CA",
    "'tls.existingSecret=x,env[0].name=HEADCOUNT_TLS_MANAGEMENT,env[0].value=x', set tls.clientAuth",
    "'tls.existingSecret=x,logs.json=false,env[0].name=SPRING_PROFILES_ACTIVE,env[0].value=prod', which tls.existingSecret sets too",
    "config.server.ssl.client-auth=want, set tls",
    "config.spring.ssl.bundle.pem.headcount.reload-on-update=false, set tls",
    "'env[0].name=SERVER_SSL_CERTIFICATE,env[0].value=x', set tls",
    "'tls.existingSecret=x,extraVolumes[0].name=tls', extraVolumes has the name tls twice",
    "'tls.existingSecret=x,existingSecret.name=x,existingSecret.mountPath=/etc/headcount-tls', mounted at /etc/headcount-tls",
    "'tls.existingSecret=x,extraContainers[0].name=x,extraContainers[0].image=x,extraContainers[0].ports[0].containerPort=1,extraContainers[0].ports[0].name=https', x has the port https",
    "config.management.endpoints.web.base-path=/x, the probes",
    "config.management.endpoint.health.probes.enabled=false, the probes",
    "config.management.health.readinessstate.enabled=false, the probes",
    "'env[0].name=MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE,env[0].value=info', the probes",
    "config.server.servlet.context-path=/x, the API is at the root",
    "'env[0].name=SERVER_SERVLET_CONTEXT_PATH,env[0].value=/x', the API is at the root",
    "config.spring.main.web-application-type=none, the API is at the root",
    "config.spring.config.import=file:/x, other files",
    "'extraVolumes[0].name=tokens', extraVolumes has the name tokens twice",
    "'persistence.enabled=true,extraVolumes[0].name=workspace', extraVolumes has the name workspace twice",
    "'extraVolumes[0].name=x,extraVolumes[1].name=x', extraVolumes has the name x twice",
    "'extraVolumeMounts[0].name=x,extraVolumeMounts[0].mountPath=/x', which extraVolumes does not have",
    "'extraVolumeMounts[0].name=tmp,extraVolumeMounts[0].mountPath=/workspace/', mounted at /workspace",
    "'existingSecret.name=x,existingSecret.mountPath=/etc/headcount-tokens', mounted at /etc/headcount-tokens",
    "'env[0].name=A,env[0].value=b,env[1].name=A,env[1].value=c', env has A twice",
    "'tracing.endpoint=http://x:1,env[0].name=OTEL_EXPORTER_OTLP_ENDPOINT,env[0].value=x', OTEL_EXPORTER_OTLP_ENDPOINT twice",
    "'extraContainers[0].name=headcount,extraContainers[0].image=x', the name headcount twice",
    "'extraContainers[0].name=x,extraContainers[0].image=x,initContainers[0].name=x,initContainers[0].image=x', the name x twice",
    "'extraContainers[0].name=x,extraContainers[0].image=x,extraContainers[0].ports[0].containerPort=8081', x has the port 8081",
    "'extraContainers[0].name=x,extraContainers[0].image=x,extraContainers[0].ports[0].containerPort=1,extraContainers[0].ports[0].name=http', x has the port http",
    "'podLabels.app\\.kubernetes\\.io/name=x', podLabels has app.kubernetes.io/name",
    "podAnnotations.checksum/config=x, podAnnotations has checksum/config",
    "data.sizeLimit=4Gi, data.sizeLimit is 4Gi",
    "'data.sizeLimit=4G,persistence.enabled=true', data.sizeLimit is 4G",
    "config.headcount.output.disk=5GB, output on disk may take 5GB",
    "'env[0].name=HEADCOUNT_OUTPUT_DISK,env[0].value=6GB', output on disk may take 6GB",
    "config.headcount\\.output\\.disk=6GB, output on disk may take 6GB",
    "config.headcount.output\\.disk=6GB, output on disk may take 6GB",
    "config.HEADCOUNT.Output.disk=6GB, output on disk may take 6GB",
    "'env[0].name=headcount_output_disk,env[0].value=6GB', output on disk may take 6GB",
    "config.headcount.output.disk=lots, lots is no size",
    "tmp.sizeLimit=15Mi, tmp.sizeLimit",
    "resources.limits.memory=1Gi, set at least 1172Mi",
    "'resources.limits.memory=2Gi,config.headcount.output.memory=1GB', set at least",
    "'resources.limits.memory=2Gi,config.headcount.output\\.memory=1GB', set at least",
    "'resources.limits.memory=2Gi,env[0].name=headcount.output.memory,env[0].value=1GB', set at least",
    "'tracing.endpoint=collector:4318', /tracing/endpoint",
    "'tracing.sampling=2', /tracing/sampling",
  })
  void refusesWhatWouldNotDoWhatItSays(String setting, String named) {
    var answer = Helm.tryTemplate("--set=" + setting);
    assertThat(answer.exitCode()).as(answer.output()).isNotZero();
    assertThat(answer.output()).contains("Error: ").contains(named);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1st", "my.rel"})
  void refusesReleaseThatMakesNoNameForAServiceUnlessItIsGivenOne(String release) {
    List<String> arguments = List.of("template", release, Helm.chart().toString());
    var answer = Helm.run(arguments);
    assertThat(answer.exitCode()).as(answer.output()).isNotZero();
    assertThat(answer.output())
        .contains(release + "-headcount is no name for a Service")
        .contains("set fullnameOverride");

    List<String> named = new ArrayList<>(arguments);
    named.add("--set=fullnameOverride=first");
    answer = Helm.run(named);
    assertThat(answer.exitCode()).as(answer.output()).isZero();
  }

  /** Just inside what is refused above. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "data.sizeLimit=4097Mi",
        "data.sizeLimit=1Gi,config.headcount.output.disk=1000MB",
        "data.sizeLimit=1Gi,config.headcount.output.disk=1000000000",
        "data.sizeLimit=1Mi,data.existingClaim=mine",
        "tmp.sizeLimit=16Mi",
        "resources.limits.memory=1172Mi",
        "resources.limits.memory=1Gi,config.headcount.output.memory=128MB",
        "resources.limits.memory=1Gi,javaOptions=-Xmx800m",
        "resources.limits.memory=null",
        "extraVolumeMounts[0].name=tmp,extraVolumeMounts[0].mountPath=/var/tmp",
        "config.management.metrics.tags.team=a",
        "config.spring.main.banner-mode=console",
        "config.headcount.security.management-open=false",
        "podMonitor.enabled=true,config.headcount.security.management-open=true",
        "strategy.rollingUpdate.maxUnavailable=0",
        "persistence.enabled=true,strategy.rollingUpdate.partition=1",
        "tls.existingSecret=x,tls.clientAuth=need",
        "tls.existingSecret=x,tls.clientAuth=want,tls.management=true",
        "tls.existingSecret=x,config.spring.ssl.bundle.watch.file.quiet-period=1s",
        "logs.json=false,env[0].name=SPRING_PROFILES_ACTIVE,env[0].value=tls"
      })
  void takesWhatFits(String setting) {
    var answer = Helm.tryTemplate("--set=" + setting);
    assertThat(answer.exitCode()).as(answer.output()).isZero();
  }
}
