package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class TtyTests extends Service {

  private JsonNode onTerminal(String shell, String tty) {
    Reply reply =
        api.post("/v1/runs", "{\"shell\": %s, \"tty\": %s}".formatted(Client.quoted(shell), tty));
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    return reply.json();
  }

  @Test
  void showsTheTerminalOfTheSizeThatItHas() {
    JsonNode run = onTerminal("stty size; read -r x; stty size; echo $TERM", "{}");
    String id = id(run);
    assertThat(run.path("tty").toString())
        .isEqualTo("{\"columns\":120,\"rows\":30,\"term\":\"xterm-256color\"}");
    assertThat(run.path("stdin").path("open").asBoolean()).isTrue();
    awaitOutput(id, 1);
    Reply resized = api.put("/v1/runs/" + id + "/tty", "{\"columns\": 80, \"rows\": 24}");
    assertThat(resized.status()).as(resized.text()).isEqualTo(204);
    assertThat(api.get("/v1/runs/" + id).json().path("tty").toString())
        .isEqualTo("{\"columns\":80,\"rows\":24,\"term\":\"xterm-256color\"}");
    Reply typed = api.bytes("/v1/runs/" + id + "/stdin", "x\n".getBytes(StandardCharsets.UTF_8));
    assertThat(typed.text()).isEqualTo("{\"accepted\":2,\"offset\":2,\"open\":true}");
    awaitState(id, "exited");
    assertThat(api.get("/v1/runs/" + id + "/output?stream=stdout").text())
        .isEqualTo("30 120\r\nx\r\n24 80\r\nxterm-256color\r\n");
    Reply late = api.put("/v1/runs/" + id + "/tty", "{\"columns\": 80, \"rows\": 24}");
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.code()).isEqualTo("not-running");
  }

  @Test
  void takesTheSizeAndTheKindOfTheRequest() {
    JsonNode run =
        onTerminal(
            "stty size; echo $TERM", "{\"columns\": 1000, \"rows\": 1, \"term\": \"vt100\"}");
    awaitState(id(run), "exited");
    assertThat(api.get("/v1/runs/" + id(run) + "/output").text()).isEqualTo("1 1000\r\nvt100\r\n");
  }

  @Test
  void refusesAResizeWithoutATerminal() {
    String id = id(api.start("sleep 60"));
    assertThat(api.get("/v1/runs/" + id).json().path("tty").isNull()).isTrue();
    Reply reply = api.put("/v1/runs/" + id + "/tty", "{\"columns\": 80, \"rows\": 24}");
    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.code()).isEqualTo("not-a-terminal");
    assertThat(api.put("/v1/runs/none/tty", "{\"columns\": 80, \"rows\": 24}").status())
        .isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource({"0,24,/columns", "80,1001,/rows", "null,24,/columns"})
  void namesTheFieldWhenASizeIsNotAsExpected(String columns, String rows, String pointer) {
    String id = id(onTerminal("sleep 60", "{}"));
    Reply reply =
        api.put(
            "/v1/runs/" + id + "/tty", "{\"columns\": %s, \"rows\": %s}".formatted(columns, rows));
    assertThat(reply.status()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly(pointer);
  }

  @Test
  void endsAShellAtItsTerminalWithTheHangUp() {
    String id = id(onTerminal("exec bash --norc -i", "{}"));
    awaitOutput(id, 1);
    JsonNode run =
        api.post("/v1/runs/" + id + "/cancel", "{\"graceMs\": 15000}", "Prefer", "wait=20").json();
    assertThat(run.path("state").asString()).isEqualTo("exited");
    assertThat(run.path("reason").asString()).isEqualTo("manual-cancel");
    assertThat(run.path("exitSignal").asString()).isEqualTo("SIGHUP");
    assertThat(run.path("killEscalated").asBoolean()).isFalse();
  }
}
