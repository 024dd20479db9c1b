package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headcount.api.Client.Reply;
import io.headcount.api.Sse.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunEventsTests extends Service {
  private String piped(String more) {
    return id(
        api.post("/v1/runs", "{\"shell\": \"cat\", \"stdin\": {\"mode\": \"pipe\"}" + more + "}")
            .json());
  }

  private void type(String id, String text) {
    type(id, text.getBytes(StandardCharsets.UTF_8));
  }

  private void type(String id, byte[] bytes) {
    assertThat(api.bytes("/v1/runs/" + id + "/stdin", bytes).status()).isEqualTo(200);
  }

  private void end(String id) {
    api.bytes("/v1/runs/" + id + "/stdin?eof=true", new byte[0]);
  }

  private Sse follow(String id, String query, String... headers) {
    return new Sse(api.open("/v1/runs/" + id + "/events" + query, headers).body());
  }

  private List<Event> all(String id, String query, String... headers) throws IOException {
    try (Sse events = follow(id, query, headers)) {
      return events.rest();
    }
  }

  private static List<String> names(List<Event> events) {
    return events.stream().map(Event::name).toList();
  }

  private static byte[] bytes(List<Event> events, String stream) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    events.stream().filter(e -> e.isOutput(stream)).forEach(e -> bytes.writeBytes(e.bytes()));
    return bytes.toByteArray();
  }

  private static String text(List<Event> events, String stream) {
    StringBuilder text = new StringBuilder();
    for (Event event : events) {
      if (event.isOutput(stream)) {
        assertThat(event.data().has("base64")).as("%s", event).isFalse();
        text.append(event.data().path("text").asString());
      }
    }
    return text.toString();
  }

  @Test
  void tellsTheWholeStoryInOrder() throws Exception {
    String id = piped("");
    HttpResponse<InputStream> response = api.open("/v1/runs/" + id + "/events");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(response.headers().firstValue("X-Accel-Buffering")).contains("no");
    try (Sse events = new Sse(response.body())) {
      Event state = events.next();
      assertThat(state.name()).isEqualTo("state");
      assertThat(state.data().path("id").asString()).isEqualTo(id);
      assertThat(events.retry()).isEqualTo("1000");
      type(id, "one\n");
      Event output = events.next("output");
      assertThat(output.data().path("stream").asString()).isEqualTo("stdout");
      assertThat(output.data().path("offset").asLong()).isZero();
      assertThat(output.data().path("text").asString()).isEqualTo("one\n");
      String bootId = state.data().path("bootId").asString();
      assertThat(output.id()).isEqualTo(bootId + ".4");
      end(id);
      List<Event> rest = events.rest();
      assertThat(names(rest)).endsWith("exit", "end");
      Event exit = rest.get(rest.size() - 2);
      assertThat(exit.data().path("state").asString()).isEqualTo("exited");
      assertThat(exit.data().path("exitCode").asInt(-1)).isZero();
      assertThat(rest.getLast().id()).isEqualTo(bootId + ".4.end");
    }
  }

  @Test
  void tellsOfEveryStateWhenTheRunWaitsFirst() throws Exception {
    String first = id(api.start("exec sleep 60"));
    for (int i = 0; i < 7; i++) {
      api.start("exec sleep 60");
    }
    String waiting = id(api.start("sleep 0.1"));
    List<Event> events;
    try (Sse stream = follow(waiting, "")) {
      events = new java.util.ArrayList<>(List.of(stream.next("state")));
      api.post("/v1/runs/" + first + "/cancel", "{}");
      events.addAll(stream.rest());
    }
    List<String> states =
        events.stream()
            .filter(e -> e.name().equals("state"))
            .map(e -> e.data().path("state").asString())
            .toList();
    assertThat(states.getFirst()).isEqualTo("queued");
    assertThat(states).doesNotHaveDuplicates().doesNotContain("exited");
    assertThat(names(events)).endsWith("exit", "end");
  }

  @Test
  void resumesAtAnyByteByOffsetAndById() throws Exception {
    String id = id(api.run("printf 0123456789"));
    String boot = supervisor.settings().bootId();
    for (int at = 0; at <= 10; at++) {
      String rest = "0123456789".substring(at);
      assertThat(text(all(id, "?offset=" + at), "stdout")).isEqualTo(rest);
      List<Event> resumed = all(id, "?offset=3", "Last-Event-ID", boot + "." + at);
      assertThat(text(resumed, "stdout")).isEqualTo(rest);
      assertThat(names(resumed)).startsWith("state").endsWith("exit", "end");
    }
  }

  @Test
  void answers204WhenTheLastEventIsTheEnd() throws Exception {
    String id = id(api.run("printf 0123456789"));
    String last = all(id, "").getLast().id();
    Reply reply = api.get("/v1/runs/" + id + "/events", "Last-Event-ID", last);
    assertThat(reply.status()).isEqualTo(204);
    assertThat(reply.body()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'', nonsense, 422, /Last-Event-ID",
    "'', BOOT.-1, 422, /Last-Event-ID",
    "'', BOOT.1.stdout-0-ff, 422, /Last-Event-ID",
    "'', BOOT.1.stdout-1-e7, 422, /Last-Event-ID",
    "'', BOOT.3.stdout-0-e7.stdout-1-e7, 422, /Last-Event-ID",
    "'', 0000000000.3, 410,",
    "'', BOOT.11, 416,",
    "?offset=11, , 416,",
    "?offset=-1, , 422, /offset",
    "?offset=x, , 422, /offset",
    "?encoding=hex, , 422, /encoding"
  })
  void refusesAPlaceThatIsNone(String query, String id, int status, String pointer) {
    String run = id(api.run("printf 0123456789"));
    String last = id == null ? "" : id.replace("BOOT", supervisor.settings().bootId());
    Reply reply =
        api.get(
            "/v1/runs/" + run + "/events" + query,
            "Last-Event-ID",
            last,
            "Accept",
            "text/event-stream");
    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.header("Content-Type")).isEqualTo(PROBLEM);
    assertThat(reply.pointers()).isEqualTo(pointer == null ? List.of() : List.of(pointer));
  }

  @Test
  void answersAsEveryOtherPathWhenItIsAskedOtherwise() {
    String run = id(api.run("printf 0123456789"));
    String path = "/v1/runs/" + run + "/events";
    assertThat(api.get("/v1/runs/none/events").code()).isEqualTo("not-found");
    assertThat(api.get(path, "Accept", "application/json").status()).isEqualTo(406);
    Reply head = api.send("HEAD", path, BodyPublishers.noBody());
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Type")).isEqualTo("text/event-stream");
    assertThat(api.post(path, "{}").status()).isEqualTo(405);
  }

  @Test
  void neverSplitsACharacterThoughItComesByteByByteOnBothStreams() throws Exception {
    String id =
        id(
            api.start(
                "for b in '\\347' '\\214' '\\253' '\\360' '\\237' '\\230' '\\200'; do"
                    + " printf $b; sleep 0.04; printf $b >&2; sleep 0.04; done"));
    List<Event> events = all(id, "");
    assertThat(text(events, "stdout")).isEqualTo("猫😀");
    assertThat(text(events, "stderr")).isEqualTo("猫😀");
    for (Event event : events) { // and from the id of each event on, nothing is lost or doubled
      if (event.name().equals("output")) {
        List<Event> before = events.subList(0, events.indexOf(event) + 1);
        List<Event> after = all(id, "", "Last-Event-ID", event.id());
        for (String stream : List.of("stdout", "stderr")) {
          assertThat(text(before, stream) + text(after, stream)).isEqualTo("猫😀");
        }
      }
    }
  }

  @Test
  void resumesBehindBytesOfOneStreamThatWereHeldBackWhileTheOtherWentOn() throws Exception {
    String id =
        id(
            api.start(
                "printf '\\347'; sleep 0.1; printf err >&2; sleep 0.1; printf '\\214';"
                    + " sleep 0.1; printf or >&2; sleep 0.1; printf '\\253!'"));
    awaitState(id, "exited");
    List<Event> events = all(id, "");
    assertThat(text(events, "stdout")).isEqualTo("猫!");
    Event held = events.stream().filter(e -> e.isOutput("stderr")).toList().getLast();
    assertThat(held.data().path("text").asString()).isEqualTo("or");
    assertThat(held.id()).endsWith(".7.stdout-0-e78c");
    List<Event> after = all(id, "", "Last-Event-ID", held.id());
    assertThat(text(after, "stdout")).isEqualTo("猫!");
    assertThat(text(after, "stderr")).isEmpty();
    assertThat(after.stream().filter(e -> e.isOutput("stdout")).toList().getFirst().data())
        .isEqualTo(events.stream().filter(e -> e.isOutput("stdout")).toList().getFirst().data());
  }

  @Test
  void sendsBytesThatAreNoTextInBase64AndTheRestAsItIs() throws Exception {
    String id =
        id(
            api.run(
                "printf 'a\\000b'; sleep 0.1; printf '\\377'; sleep 0.1; printf 'c\\303';"
                    + " sleep 0.1; printf x >&2"));
    List<Event> events = all(id, "");
    assertThat(bytes(events, "stdout"))
        .isEqualTo(new byte[] {'a', 0, 'b', (byte) 0xFF, 'c', (byte) 0xC3});
    assertThat(text(events, "stderr")).isEqualTo("x");
    List<Event> plain = all(id, "?encoding=base64");
    assertThat(plain).noneMatch(e -> e.data().has("text"));
    assertThat(bytes(plain, "stdout")).isEqualTo(bytes(events, "stdout"));
  }

  @Test
  void keepsTextWhereALoneByteIsNone() throws Exception {
    String id = piped("");
    try (Sse events = follow(id, "")) {
      type(id, "before");
      assertThat(events.next("output").data().path("text").asString()).isEqualTo("before");
      type(id, new byte[] {(byte) 0xFF});
      assertThat(events.next("output").data().path("base64").asString()).isEqualTo("/w==");
      type(id, "after");
      assertThat(events.next("output").data().path("text").asString()).isEqualTo("after");
    }
  }

  @Test
  void sendsALineOf8MegabytesWithoutANewline() throws Exception {
    String id =
        id(
            api.post(
                    "/v1/runs",
                    "{\"shell\": "
                        + Client.quoted("head -c 8388608 /dev/zero | tr '\\0' x")
                        + ", \"output\": {\"retainBytes\": 16777216}}")
                .json());
    List<Event> events = all(id, "");
    assertThat(text(events, "stdout")).isEqualTo("x".repeat(8_388_608));
    assertThat(events).allMatch(e -> e.name().equals("output") ? e.bytes().length <= 16384 : true);
  }

  @RepeatedTest(20)
  void hasTheLastLineWhenTheCommandExitsAtOnce() throws Exception {
    String id = id(api.start("seq 100000"));
    List<Event> events = all(id, "");
    assertThat(text(events, "stdout")).endsWith("\n99999\n100000\n").hasSize(588_895);
    assertThat(names(events)).endsWith("exit", "end").doesNotContain("gap");
  }

  @Test
  void tellsOfTheGapWhenTheFirstBytesArePruned() throws Exception {
    String id = piped(", \"output\": {\"retainBytes\": 4096}");
    type(id, new byte[50_000]);
    end(id);
    awaitState(id, "exited");
    long first = supervisor.get(id).output().totals().first();
    List<Event> events = all(id, "?offset=7");
    Event gap = events.get(1);
    assertThat(gap.name()).isEqualTo("gap");
    assertThat(gap.data().path("from").asLong()).isEqualTo(7);
    assertThat(gap.data().path("to").asLong()).isEqualTo(first);
    assertThat(gap.data().path("cause").asString()).isEqualTo("pruned");
    assertThat(gap.id()).endsWith("." + first);
    assertThat(bytes(events, "stdout")).hasSize((int) (50_000 - first));
  }

  @Test
  void sendsCommentsWhileNothingHappens() throws Exception {
    String id = piped("");
    try (Sse events = follow(id, "")) {
      events.next("state");
      events.awaitComments(events.comments() + 2);
    }
  }

  @Test
  void noticesWithinASecondOrTwoThatTheClientHasGone() throws Exception {
    String id = piped("");
    try (Sse events = follow(id, "")) {
      events.next("state");
    }
    await().atMost(3, TimeUnit.SECONDS).until(() -> streams.clients(StreamKind.RUN_EVENTS) == 0);
    assertThat(api.get("/v1/runs/" + id).json().path("state").asString()).isEqualTo("running");
  }
}
