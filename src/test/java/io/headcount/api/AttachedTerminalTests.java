package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Programs at their terminals, as a client that is attached sees and drives them. */
@Timeout(120)
class AttachedTerminalTests extends Attaching {
  private static final String SHELL = "PS1='$ ' HISTFILE= exec bash --norc --noprofile -i";
  private static final String CTRL_C = "\u0003";
  private static final String CTRL_Z = "\u001a";
  private static final String ESCAPE = "\u001b";

  private int questions;

  private String terminal(String shell) {
    return started(shell, "\"tty\": {}");
  }

  @Test
  void drivesAShellAndItsJobs() throws Exception {
    String id = terminal(SHELL);
    try (AttachClient client = attach(id, "?offset=0")) {
      client.awaitText(1, "$ ");
      assertThat(ask(client, "stty size")).contains("30 120");
      client.type("sleep 1000\n");
      awaitJob(id, true);
      client.type(CTRL_Z);
      awaitJob(id, false);
      assertThat(ask(client, "jobs")).containsPattern("Stopped +sleep 1000");
      client.type("bg\n");
      awaitJob(id, true);
      assertThat(ask(client, "jobs")).containsPattern("Running +sleep 1000 &");
      client.type("fg\n");
      awaitForeground(id);
      client.type(CTRL_Z);
      awaitJob(id, false);
      client.type("fg\n");
      awaitForeground(id);
      client.type(CTRL_C);
      AttachClient.patiently().until(() -> sleepers(id).findAny().isEmpty());
      assertThat(ask(client, "jobs")).doesNotContain("Running", "Stopped");
      client.type("exit 7\n");
      assertThat(client.closeCode()).isEqualTo(1000);
      assertThat(client.awaitFrame("exit").path("run").path("exitCode").asInt()).isEqualTo(7);
    }
  }

  @Test
  void tellsTheProgramOfEveryResize() throws Exception {
    String id = terminal("trap 'stty size' WINCH; echo ready; while :; do sleep 0.05; done");
    try (AttachClient client = attach(id, "?offset=0")) {
      client.awaitText(1, "ready");
      for (int columns = 40; columns <= 200; columns += 40) {
        resize(client, columns, columns / 4);
        client.awaitText(1, columns / 4 + " " + columns + "\r\n");
      }
      assertThat(api.get("/v1/runs/" + id).json().at("/tty/columns").asInt()).isEqualTo(200);
    }
  }

  @Test
  void editsAFileInTheEditorNeedsVi(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("text");
    String id = terminal(SHELL);
    try (AttachClient client = attach(id, "?offset=0")) {
      client.awaitText(1, "$ ");
      client.type("vi -u NONE -n " + file + "\n");
      client.awaitText(1, "~");
      client.type("ihello" + ESCAPE);
      client.awaitText(1, "hello"); // the first drawing, which has that line too, is over
      int drawn = client.text(1).length();
      resize(client, 90, 20);
      awaitAfter(client, drawn, "[19;1H~"); // drawn again, to the last line but one
      client.type(":set columns?\r");
      client.awaitText(1, "columns=90");
      client.type(CTRL_Z);
      client.awaitText(1, "Stopped");
      assertThat(ask(client, "stty size")).contains("20 90");
      client.type("fg\n");
      client.type("o" + "wörld" + ESCAPE + ":wq\r");
      AttachClient.patiently().until(() -> Files.exists(file) && Files.size(file) > 0);
      client.type("exit\n");
      assertThat(client.closeCode()).isEqualTo(1000);
    }
    assertThat(file).hasContent("hello\nwörld");
  }

  @Test
  void topDrawsAgainWhenItsTerminalIsResizedNeedsProcps() throws Exception {
    String id = terminal("exec top -d 1000");
    try (AttachClient client = attach(id, "?offset=0")) {
      client.awaitText(1, "COMMAND");
      int drawn = client.text(1).length();
      resize(client, 100, 15);
      awaitAfter(client, drawn, "COMMAND");
      client.type("q");
      assertThat(client.closeCode()).isEqualTo(1000);
      assertThat(client.awaitFrame("exit").path("run").path("exitCode").asInt(-1)).isZero();
    }
  }

  /** Gives the shell a command, and returns what was written until it was done. */
  private String ask(AttachClient client, String command) {
    int before = client.text(1).length();
    String mark = "done-" + ++questions + ".";
    client.type(command + "; echo done-$((" + questions + ")).\n");
    awaitAfter(client, before, mark);
    return client.text(1).substring(before);
  }

  private static void awaitAfter(AttachClient client, int position, String wanted) {
    AttachClient.patiently().until(() -> client.text(1).indexOf(wanted, position) >= 0);
  }

  private static void resize(AttachClient client, int columns, int rows) {
    client.order("{\"type\": \"resize\", \"columns\": %d, \"rows\": %d}".formatted(columns, rows));
  }

  /** Waits until the sleeper is running or stopped. */
  private void awaitJob(String id, boolean running) {
    AttachClient.patiently()
        .until(
            () -> sleepers(id).map(p -> !p.path("state").asString().equals("T")).toList(),
            List.of(running)::equals);
  }

  /** Waits until the sleeper is in the foreground group of its terminal. */
  private void awaitForeground(String id) {
    AttachClient.patiently()
        .until(
            () -> sleepers(id).map(AttachedTerminalTests::isInForeground).toList(),
            List.of(true)::equals);
  }

  private Stream<JsonNode> sleepers(String id) {
    return api.get("/v1/runs/" + id + "/processes")
        .json()
        .path("items")
        .valueStream()
        .filter(process -> process.path("command").asString().equals("sleep 1000"));
  }

  /** The kernel knows: its group is that of the terminal. */
  private static boolean isInForeground(JsonNode process) {
    try {
      String stat = Files.readString(Path.of("/proc", process.path("pid").asString(), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[2].equals(fields[5]);
    } catch (IOException e) {
      return false; // it ended meanwhile
    }
  }
}
