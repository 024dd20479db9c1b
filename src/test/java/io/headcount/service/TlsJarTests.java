package io.headcount.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HTTPGetAction;
import io.headcount.api.Certificates;
import io.headcount.chart.Helm;
import io.headcount.chart.Manifests;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The variables, the probes and the test of the chart with {@code tls.existingSecret}, around a
 * real service whose Secret lies there as the kubelet would have it.
 */
@Timeout(300)
class TlsJarTests {
  private static final String MOUNT = "/etc/headcount-tls";

  @TempDir private Path folder;
  private Certificates certificates;

  @BeforeEach
  void makeCertificates() throws IOException {
    certificates = new Certificates(Files.createDirectory(folder.resolve("made")));
    certificates.authority("ours");
    certificates.authority("other");
    certificates.server("first", "ours");
    certificates.server("next", "other");
    certificates.client("ann", "/CN=ann.example.com", "ours");
  }

  @Test
  void servesHttpsOnBothPortsAndTakesARenewedSecret() throws Exception {
    Manifests chart = chart("tls.clientAuth=want,tls.management=true");
    MountedSecret secret = mount(chart);
    try (ServiceProcess service = start(chart, secret)) {
      assertThat(get("https", service.port(), "/v1/runs", "ann").statusCode()).isEqualTo(200);
      assertThat(get("https", service.port(), "/v1/runs", null).statusCode()).isEqualTo(401);
      assertThat(probe(chart, service)).isEqualTo(200);
      assertThat(ImageHealthCheck.run(service.managementPort())).isZero();

      assertThat(issuer(service.port())).isEqualTo("CN=ours");
      secret.update(content("next"));
      for (int port : new int[] {service.port(), service.managementPort()}) {
        await().atMost(Duration.ofMinutes(1)).until(() -> issuer(port).equals("CN=other"));
      }
    }
  }

  @Test
  void testPodTrustsTheCertificateOfTheSecretAndNoOther() throws Exception {
    Manifests chart = chart("tls.clientAuth=none");
    MountedSecret secret = mount(chart);
    List<String> command = within(secret, TestPod.command(chart));
    try (ServiceProcess service = start(chart, secret)) {
      TestPod.Said good = TestPod.run(command, service.port(), token(chart));
      assertThat(good.exitCode()).as(good.text()).isZero();
      assertThat(good.text()).contains("answer=42");

      List<String> another =
          command.stream()
              .map(part ->
                  part.replace(
                      secret.folder().resolve("tls.crt").toString(),
                      certificates.certificate("next").toString()))
              .toList();
      TestPod.Said bad = TestPod.run(another, service.port(), token(chart));
      assertThat(bad.exitCode()).as(bad.text()).isNotZero();
      assertThat(bad.text()).contains("verify error");
    }
  }

  /** The kubelet and the test have none: the one has a port of HTTP, the other sees the refusal. */
  @Test
  void lettingNobodyConnectWithoutACertificateLeavesProbesAndTestWell() throws Exception {
    Manifests chart = chart("tls.clientAuth=need");
    MountedSecret secret = mount(chart);
    try (ServiceProcess service = start(chart, secret)) {
      assertThat(get("https", service.port(), "/v1/runs", "ann").statusCode()).isEqualTo(200);
      assertThat(probe(chart, service)).isEqualTo(200);
      assertThat(ImageHealthCheck.run(service.managementPort())).isZero();
      assertThat(ImageHealthCheck.run(1)).as("nobody listens").isNotZero();
      TestPod.Said said =
          TestPod.run(within(secret, TestPod.command(chart)), service.port(), token(chart));
      assertThat(said.exitCode()).as(said.text()).isZero();
      assertThat(said.text()).contains("asks for one").doesNotContain("answer=42");
    }
  }

  private static Manifests chart(String options) {
    return Helm.template("--set=tls.existingSecret=serving," + options);
  }

  private MountedSecret mount(Manifests chart) throws IOException {
    return new MountedSecret(folder.resolve("mount"), chart.pod(), "tls", content("first"));
  }

  private Map<String, Path> content(String name) {
    return Map.of(
        "tls.crt", certificates.certificate(name),
        "tls.key", certificates.key(name),
        "ca.crt", certificates.certificate("ours"));
  }

  private ServiceProcess start(Manifests chart, MountedSecret secret) throws IOException {
    Map<String, String> settings = new HashMap<>();
    chart.pod().getContainers().getFirst().getEnv().stream()
        .filter(variable -> variable.getName().matches("HEADCOUNT_TLS_.*|SPRING_PROFILES_ACTIVE"))
        .forEach(variable ->
            settings.put(
                variable.getName(),
                variable.getValue().replace(MOUNT, secret.folder().toString())));
    Path callers = folder.resolve("callers");
    Files.writeString(callers, made(chart, "tokens") + "ann runner cert:ann.example.com\n");
    settings.put("HEADCOUNT_SECURITY_TOKENS_FILE", callers.toString());
    return ServiceProcess.start(folder, settings);
  }

  private static String token(Manifests chart) {
    return made(chart, "token");
  }

  private static String made(Manifests chart, String key) {
    return chart.get("Secret", "-tokens").path("stringData").path(key).asString();
  }

  private static List<String> within(MountedSecret secret, List<String> command) {
    return command.stream().map(part -> part.replace(MOUNT, secret.folder().toString())).toList();
  }

  /** What the kubelet would be answered; like it, without a certificate. */
  private int probe(Manifests chart, ServiceProcess service) throws Exception {
    HTTPGetAction probe = chart.pod().getContainers().getFirst().getReadinessProbe().getHttpGet();
    assertThat(probe.getPort().getStrVal()).isEqualTo("management");
    return get(probe.getScheme(), service.managementPort(), probe.getPath(), null).statusCode();
  }

  private String issuer(int port) throws Exception {
    var session = get("https", port, "/problems", "ann").sslSession().orElseThrow();
    return ((X509Certificate) session.getPeerCertificates()[0]).getIssuerX500Principal().getName();
  }

  /** Each on a connection of its own. */
  private HttpResponse<String> get(String scheme, int port, String path, @Nullable String as)
      throws Exception {
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(certificates.context(as, "ours", "other"))
            .build()) {
      URI uri = URI.create(scheme.toLowerCase(Locale.ROOT) + "://localhost:" + port + path);
      return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
  }
}
