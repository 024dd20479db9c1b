package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Sse.Event;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Output that has broken others: no newline, zeros, and much of it right before the exit. */
@Timeout(180)
class LargeOutputTests extends Service {
  private static final int LONG_LINE = 8 << 20;
  private static final int REPEATS = 200;

  private byte[] events(String id) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Sse stream = new Sse(api.open("/v1/runs/" + id + "/events").body())) {
      List<Event> events = stream.rest();
      assertThat(events.stream().map(Event::name)).doesNotContain("gap").endsWith("end");
      for (Event event : events) {
        if (event.name().equals("output")) {
          bytes.writeBytes(event.bytes());
        }
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void lineOfEightMegabytesWithoutANewlineIsWhole() throws Exception {
    byte[] line = new byte[LONG_LINE];
    Arrays.fill(line, (byte) 'x');
    String id =
        id(
            api.post(
                    "/v1/runs",
                    "{\"shell\": \"head -c %d /dev/zero | tr '\\\\0' x\", \"output\": {\"retainBytes\": %d}}"
                        .formatted(LONG_LINE, LONG_LINE * 2))
                .json());
    assertThat(api.get("/v1/runs/" + id + "/output?follow=true").body()).isEqualTo(line);
    assertThat(events(id)).isEqualTo(line);
  }

  @Test
  void zerosAreBytesLikeOthers() throws Exception {
    byte[] expected = "a\0b\0\0c".getBytes(StandardCharsets.US_ASCII);
    JsonNode run = api.run("printf 'a\\0b\\0\\0c'");
    assertThat(run.path("output").path("stdout").asString()).isEqualTo("a\0b\0\0c");
    assertThat(api.get("/v1/runs/" + id(run) + "/output").body()).isEqualTo(expected);
    assertThat(events(id(run))).isEqualTo(expected);
  }

  @Test
  void lastOf100000LinesIsAlwaysThereWhenTheCommandExitsAtOnce() {
    for (int i = 0; i < REPEATS; i++) {
      JsonNode run = api.run("seq 100000");
      assertThat(run.path("state").asString()).isEqualTo("exited");
      assertThat(run.path("output").path("next").asInt()).isEqualTo(588_895);
      assertThat(api.get("/v1/runs/" + id(run) + "/output").text())
          .hasSize(588_895)
          .endsWith("\n99999\n100000\n");
    }
  }
}
