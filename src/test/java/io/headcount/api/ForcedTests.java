package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.util.FileSystemUtils;

/** A policy that confines every command, and named ones that are confined by themselves. */
class ForcedTests extends Secured {
  private static final Path HOME = prepare();
  private static final String STATUS = "/proc/self/status";

  private static Path prepare() {
    try {
      return Files.createTempDirectory("headcount-forced").toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @DynamicPropertySource
  static void policy(DynamicPropertyRegistry settings) {
    settings.add("headcount.workspace", HOME::toString);
    settings.add("headcount.policy.no-new-privs", () -> "true");
    settings.add("headcount.policy.parent-death-signal", () -> "SIGKILL");
    settings.add("headcount.policy.sandbox", () -> "true");
    String commands = "headcount.policy.commands.";
    settings.add(commands + "networks.argv", () -> "readlink,/proc/self/ns/net");
    settings.add(commands + "networks.sandbox.network", () -> "true");
    settings.add(commands + "reads.argv", () -> "sh,-c,touch x; ulimit -c");
    settings.add(commands + "reads.sandbox.writable", () -> "nothing");
    settings.add(commands + "reads.limits.core-size", () -> "1KB");
    settings.add(commands + "reads.security.no-new-privs", () -> "false");
  }

  @AfterAll
  static void clear() throws IOException {
    FileSystemUtils.deleteRecursively(HOME);
  }

  @Test
  void confinesWhoAsksForNothing() throws IOException {
    String told = output("\"argv\": [\"grep\", \"-E\", \"NoNewPrivs|CapBnd\", \"" + STATUS + "\"]");
    assertThat(told).contains("NoNewPrivs:\t1");
    assertThat(
            output(
                "\"shell\": \"touch inside /var/tmp/headcount-outside; readlink /proc/self/ns/net\""))
        .startsWith("net:[")
        .doesNotContain(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
    assertThat(HOME.resolve("inside")).exists();
    assertThat(Path.of("/var/tmp/headcount-outside")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "\"security\": {\"noNewPrivs\": false}             | /security/noNewPrivs",
        "\"security\": {\"parentDeathSignal\": \"SIGINT\"} | /security/parentDeathSignal",
        "\"sandbox\": {\"network\": true}                  | /sandbox/network",
      })
  void refusesWhoAsksForLess(String fields, String pointer) {
    Reply reply = run("\"argv\": [\"true\"], " + fields);
    assertThat(reply.status()).as(reply.text()).isEqualTo(403);
    assertThat(reply.code()).isEqualTo("command-forbidden");
    assertThat(reply.pointers()).containsExactly(pointer);
  }

  @Test
  void leavesTheNetworkToNamedCommandsThatHaveIt() throws IOException {
    assertThat(output("\"command\": \"networks\"").strip())
        .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
  }

  @Test
  void confinesNamedCommandsAsTheySay() {
    Reply reply = run("\"command\": \"reads\"");
    assertThat(reply.json().at("/output/stdout").asString()).as(reply.text()).matches("[12]\n");
    assertThat(reply.json().at("/output/stderr").asString()).contains("Read-only file system");
    for (String fixed : new String[] {"security", "sandbox"}) {
      assertThat(run("\"command\": \"reads\", \"" + fixed + "\": {}").pointers())
          .containsExactly("/" + fixed);
    }
  }

  private String output(String fields) {
    Reply reply = run(fields);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json().at("/output/stdout").asString();
  }

  private Reply run(String fields) {
    return ann.post("/v1/runs", "{" + fields + "}", "Prefer", "wait=20");
  }
}
