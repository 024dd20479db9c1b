package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Everything that a page can make a browser ask of a service that is not its own. */
final class ChromiumPages {

  /** A page that tries, and tells by name what came of each try. */
  static String page(String service, String management, String run) throws Exception {
    try (var text = ChromiumPages.class.getResourceAsStream("other-site.html")) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8)
          .replace("SERVICE", service)
          .replace("MANAGEMENT", management)
          .replace("RUN", run);
    }
  }

  /** Nothing that the page tried may have told it anything. */
  static void assertNothingWasRead(JsonNode told) {
    assertThat(told.propertyNames()).hasSizeGreaterThan(20);
    for (Map.Entry<String, JsonNode> each : told.properties()) {
      assertThat(each.getValue().asString()).as(each.getKey()).isIn("failed", "opaque", "sent");
    }
  }

  private ChromiumPages() {}
}
