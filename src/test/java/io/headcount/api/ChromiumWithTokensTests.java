package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The same page against a service with tokens, of which a browser knows none. */
class ChromiumWithTokensTests extends Secured {

  @Test
  void aPageOfAnotherSiteStartsNothingOpensNothingAndReadsNothing() throws Exception {
    String host = "localhost";
    String run = sleeping(ann);
    String page =
        ChromiumPages.page(
            "http://" + host + ":" + port(), "http://" + host + ":" + managementPort(), run);
    try (OtherSite site = new OtherSite(page)) {
      ChromiumPages.assertNothingWasRead(site.visit(host));
    }
    assertThat(ops.get("/v1/runs?limit=200").text()).doesNotContain("by-another-site");
    assertThat(ops.get("/v1/runs/" + run).json().path("state").asString()).isEqualTo("running");
  }
}
