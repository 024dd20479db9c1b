package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.test.context.TestPropertySource;

/** Followers that do not read, in a service that is less patient than by default. */
@Timeout(60)
@TestPropertySource(properties = "server.tomcat.connection-timeout=2s")
class StalledFollowerTests extends Service {
  private static final Map<String, StreamKind> KINDS =
      Map.of("events", StreamKind.RUN_EVENTS, "output?follow=true", StreamKind.OUTPUT_FOLLOW);

  @ParameterizedTest
  @CsvSource({"events", "output?follow=true"})
  void isCutOffWhenNothingCouldBeSentForTheTimeout(String stream) throws Exception {
    String id =
        id(
            api.post(
                    "/v1/runs",
                    "{\"shell\": \"head -c 20000000 /dev/zero; sleep 60\","
                        + " \"output\": {\"retainBytes\": 20000000}}")
                .json());
    awaitOutput(id, 20_000_000);
    try (DeafClient client = DeafClient.get(port(), "/v1/runs/" + id + "/" + stream)) {
      AttachClient.patiently().until(() -> streams.clients(KINDS.get(stream)) == 1);
      AttachClient.patiently().until(() -> streams.clients(KINDS.get(stream)) == 0);
      assertThat(client.isCutOff()).isTrue();
    }
    assertThat(supervisor.get(id).state().label()).isEqualTo("running");
  }
}
