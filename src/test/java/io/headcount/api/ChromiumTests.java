package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;

/**
 * Pages of other sites in a real Chromium, which {@code scripts/install-tools} installs, against a
 * service that asks nobody who calls. {@link ChromiumWithTokensTests} has the same with tokens.
 */
@ExtendWith(OutputCaptureExtension.class)
class ChromiumTests extends Service {

  /** The last is DNS rebinding as far as names go: the page's own name leads to the service. */
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "evil.test"})
  void aPageOfAnotherSiteStartsNothingOpensNothingAndReadsNothing(String host, CapturedOutput log)
      throws Exception {
    String run =
        id(api.post("/v1/runs", "{\"argv\": [\"cat\"], \"stdin\": {\"mode\": \"pipe\"}}").json());
    String page =
        ChromiumPages.page(
            "http://" + host + ":" + port(), "http://" + host + ":" + managementPort(), run);
    try (OtherSite site = new OtherSite(page)) {
      ChromiumPages.assertNothingWasRead(site.visit(host));
    }
    JsonNode runs = api.get("/v1/runs?state=starting,running,exiting").json().path("items");
    assertThat(runs.valueStream().map(each -> each.path("id").asString())).containsExactly(run);
    assertThat(api.get("/v1/runs?limit=200").text()).doesNotContain("by-another-site");
    assertThat(api.get("/v1/runs/" + run).json().at("/stdin/offset").asLong()).isZero();
    for (StreamKind kind : StreamKind.values()) {
      assertThat(streams.clients(kind)).as(kind.name()).isZero();
    }
    assertThat(log.getAll().lines().filter(line -> line.contains("\"allowed\":false")))
        .as("the tries came here")
        .hasSizeGreaterThan(20);
  }

  /** After it a script of the page has the service's own origin, but may read only this. */
  @Test
  void aNameThatWasMadeToPointHereShowsARefusal() throws Exception {
    assertThat(OtherSite.dump("http://evil.test:" + port() + "/v1/runs")).contains("forbidden");
    assertThat(OtherSite.dump("http://localhost:" + port() + "/v1/info")).contains("bootId");
  }

  @Test
  void theDocumentationsPageShowsEveryOperation() throws Exception {
    String page = OtherSite.dump("http://localhost:" + port() + "/swagger-ui/index.html");
    JsonNode paths = api.get("/v3/api-docs").json().path("paths");
    assertThat(paths.propertyNames()).isNotEmpty();
    assertThat(paths.propertyNames()).allMatch(path -> page.contains("data-path=\"" + path + "\""));
  }
}
