package io.headcount.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Volume;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who may call the pods, and by which names. */
class AuthTests {
  @Test
  void makesATokenThatTheServiceAcceptsAndKeepsIt() throws Exception {
    JsonNode secret = Helm.template().get("Secret", "-tokens");
    String token = secret.at("/stringData/token").asString();
    assertThat(token).matches("[A-Za-z0-9]{48}");
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    assertThat(secret.at("/stringData/tokens").asString().strip())
        .isEqualTo("admin admin sha256:" + HexFormat.of().formatHex(digest));
    assertThat(Manifests.strings(secret.at("/metadata/annotations")))
        .containsEntry("helm.sh/resource-policy", "keep");
    assertThat(Helm.template().get("Secret", "-tokens").at("/stringData/token").asString())
        .as("another release gets another")
        .isNotEqualTo(token);
  }

  /** With the tokens that people have added since, and whatever else they keep there. */
  @Test
  void keepsTheSecretThatIsThere() {
    Map<String, String> data = Map.of("token", "b2xk", "tokens", "bGluZXM=", "more", "eA==");
    try (Cluster cluster = Cluster.with("demo", "demo-headcount-tokens", data)) {
      JsonNode secret = cluster.template().get("Secret", "-tokens");
      assertThat(Manifests.strings(secret.path("data"))).isEqualTo(data);
      assertThat(secret.has("stringData")).isFalse();
    }
    try (Cluster cluster = Cluster.with("demo", "another", data)) {
      assertThat(cluster.template().get("Secret", "-tokens").at("/stringData/token").asString())
          .matches("[A-Za-z0-9]{48}");
    }
  }

  @Test
  void givesThePodTheDigestsAloneAndTheTestTheToken() {
    Manifests manifests = Helm.template();
    Volume tokens = tokens(manifests);
    assertThat(tokens.getSecret().getSecretName()).isEqualTo("demo-headcount-tokens");
    assertThat(tokens.getSecret().getDefaultMode()).isEqualTo(0440);
    assertThat(tokens.getSecret().getItems())
        .extracting(KeyToPath::getKey)
        .containsExactly("tokens");
    assertThat(manifests.environment())
        .containsEntry("HEADCOUNT_SECURITY_TOKENS_FILE", "/etc/headcount-tokens/tokens");
    assertThat(manifests.container().getEnv()).extracting(EnvVar::getName).doesNotContain("TOKEN");
    assertThat(manifests.testPod().getContainers().getFirst().getEnv())
        .filteredOn(variable -> variable.getName().equals("TOKEN"))
        .singleElement()
        .satisfies(variable -> {
          assertThat(variable.getValueFrom().getSecretKeyRef().getName())
              .isEqualTo("demo-headcount-tokens");
          assertThat(variable.getValueFrom().getSecretKeyRef().getKey()).isEqualTo("token");
        });
  }

  @Test
  void takesTheSecretThatIsNamedAndMakesNone() {
    Manifests manifests = Helm.template("--set=auth.existingSecret=callers");
    assertThat(manifests.kinds()).doesNotContain("Secret");
    assertThat(tokens(manifests).getSecret().getSecretName()).isEqualTo("callers");
    assertThat(manifests.testPod().getContainers().getFirst().getEnv())
        .anyMatch(variable ->
            variable.getName().equals("TOKEN")
                && variable.getValueFrom().getSecretKeyRef().getName().equals("callers"));
  }

  @Test
  void answersToTheNamesOfItsServicesItsIngressAndItsRoute() {
    assertThat(hosts(Helm.template("--namespace=team")))
        .containsExactly(
            "demo-headcount",
            "demo-headcount.team",
            "demo-headcount.team.svc",
            "demo-headcount.team.svc.cluster.local");
    assertThat(hosts(Helm.template(Helm.values("ci/everything-values.yaml"))))
        .contains(
            "*.demo-headcount-pods",
            "*.demo-headcount-pods.default.svc.cluster.local",
            "headcount.example.com",
            "headcount.internal",
            "203.0.113.7")
        .doesNotHaveDuplicates();
  }

  private static List<String> hosts(Manifests manifests) {
    return List.of(manifests.environment().get("HEADCOUNT_SECURITY_HOSTS").split(",", -1));
  }

  private static Volume tokens(Manifests manifests) {
    return manifests.pod().getVolumes().stream()
        .filter(volume -> volume.getName().equals("tokens"))
        .findFirst()
        .orElseThrow();
  }
}
