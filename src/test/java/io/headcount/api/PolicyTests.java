package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/** Free commands under rules: which programs, and where. */
@TestPropertySource(properties = "headcount.limits.max-live-runs=8")
class PolicyTests extends Secured {
  private static final Path HOME = prepare();

  private static Path prepare() {
    try {
      Path home = Files.createTempDirectory("headcount-policy").toRealPath();
      Files.createDirectories(home.resolve("tools/deep"));
      for (String program :
          List.of("tools/hello", "tools/deep/below", "tools/denied", "outside", "printf")) {
        Files.writeString(home.resolve(program), "#!/bin/sh\necho " + program + " \"$0\"\n");
        Files.setPosixFilePermissions(
            home.resolve(program), PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      Files.createSymbolicLink(home.resolve("tools/sh"), Path.of("/bin/sh"));
      Files.createSymbolicLink(home.resolve("tools/env"), Path.of("/usr/bin/env"));
      Files.createSymbolicLink(home.resolve("tools/out"), Path.of("../outside"));
      Files.createLink(home.resolve("tools/hard"), home.resolve("tools/denied"));
      Files.createSymbolicLink(home.resolve("entrance"), Path.of("tools/hello"));
      Files.createSymbolicLink(home.resolve("leave"), Path.of("/etc"));
      Files.createSymbolicLink(home.resolve("stay"), Path.of("tools"));
      Files.createSymbolicLink(home.resolve("lost"), Path.of("/no/such"));
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @DynamicPropertySource
  static void policy(DynamicPropertyRegistry settings) {
    settings.add("headcount.workspace", HOME::toString);
    settings.add("headcount.policy.cwd", () -> "workspace");
    settings.add("headcount.policy.executables.allow[0]", () -> HOME + "/tools/*");
    settings.add("headcount.policy.executables.allow[1]", () -> "/bin/printf");
    settings.add("headcount.policy.executables.allow[2]", () -> "/usr/bin/sleep");
    settings.add("headcount.policy.executables.allow[3].path", () -> "/usr/bin/{env,id}");
    settings.add("headcount.policy.executables.allow[3].roles", () -> "admin");
    settings.add("headcount.policy.executables.deny[0]", () -> HOME + "/tools/denied");
    settings.add("headcount.policy.executables.deny[1].path", () -> "/usr/bin/id");
    settings.add("headcount.policy.executables.deny[1].roles[0]", () -> "admin");
  }

  @AfterAll
  static void clear() throws IOException {
    FileSystemUtils.deleteRecursively(HOME);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"argv\": [\"HOME/tools/hello\"]",
        "\"argv\": [\"HOME/tools/../tools/hello\"]",
        "\"argv\": [\"HOME/entrance\"]",
        "\"argv\": [\"HOME/stay/hello\"]",
        "\"argv\": [\"tools/hello\"]",
        "\"argv\": [\"./hello\"], \"cwd\": \"tools\"",
        "\"argv\": [\"hello\"], \"env\": {\"PATH\": \"HOME/tools:/bin\"}",
        "\"argv\": [\"printf\", \"x\"]",
        "\"argv\": [\"/bin/printf\", \"x\"]",
        "\"argv\": [\"/usr/bin/printf\", \"x\"]",
        "\"argv\": [\"/usr/bin/../bin/printf\", \"x\"]",
      })
  void startsWhatIsAllowedByWhateverPath(String fields) {
    JsonNode run = run(fields, "runner").json();
    assertThat(run.path("exitCode").asInt(-1)).as(run.toString()).isZero();
    assertThat(run.at("/output/stdout").asString()).matches("(?s)tools/hello .*|x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"argv\": [\"/bin/sh\", \"-c\", \"id\"]",
        "\"argv\": [\"/usr/bin/../bin/sh\", \"-c\", \"id\"]",
        "\"argv\": [\"sh\", \"-c\", \"id\"]",
        "\"argv\": [\"HOME/tools/sh\", \"-c\", \"id\"]",
        "\"argv\": [\"HOME/stay/sh\", \"-c\", \"id\"]",
        "\"argv\": [\"HOME/tools/env\", \"id\"]",
        "\"argv\": [\"HOME/tools/out\"]",
        "\"argv\": [\"HOME/tools/../outside\"]",
        "\"argv\": [\"HOME/tools/deep/../../outside\"]",
        "\"argv\": [\"HOME/tools/deep/below\"]",
        "\"argv\": [\"HOME/tools/denied\"]",
        "\"argv\": [\"HOME/tools/hard\"]",
        "\"argv\": [\"tools/out\"]",
        "\"argv\": [\"./outside\"]",
        "\"argv\": [\"outside\"], \"env\": {\"PATH\": \"HOME\"}",
        "\"argv\": [\"printf\"], \"env\": {\"PATH\": \"HOME:/usr/bin\"}",
        "\"argv\": [\"denied\"], \"env\": {\"PATH\": \"HOME/tools\"}",
        "\"argv\": [\"/usr/bin/env\", \"sh\"]",
        "\"argv\": [\"/proc/self/exe\"]",
        "\"argv\": [\"/no/such\"]",
        "\"argv\": [\"no-such\"]",
        "\"argv\": [\"HOME/tools\"]",
        "\"argv\": [\"\\ud83d\\ude00\"]",
        "\"argv\": [\"hello\\n\"]",
      })
  void refusesWhatIsNotAllowedByWhateverPath(String fields) {
    Reply reply = run(fields, "runner");
    assertThat(reply.status()).as(reply.text()).isEqualTo(403);
    assertThat(reply.code()).isEqualTo("command-forbidden");
    assertThat(reply.pointers()).containsExactly("/argv/0");
    assertThat(reply.text()).contains("headcount.policy.executables");
  }

  @ParameterizedTest
  @CsvSource({
    "/usr/bin/env, runner, 403",
    "/usr/bin/env, admin, 200",
    "/usr/bin/id, runner, 403",
    "/usr/bin/id, admin, 403",
    "/usr/bin/printf, viewer, 403",
  })
  void asksForTheRole(String program, String role, int status) {
    Reply reply = run("\"argv\": [\"" + program + "\", \"true\"]", role);
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
  }

  @Test
  void judgesTheShellAsAProgramToo() {
    Reply reply = run("\"shell\": \"true\"", "admin");
    assertThat(reply.code()).isEqualTo("command-forbidden");
    assertThat(reply.pointers()).containsExactly("/shell");
    JsonNode may = ops.get("/v1/commands").json();
    assertThat(may.path("argv").asBoolean(false)).isTrue();
    assertThat(may.path("shell").asBoolean(true)).isFalse();
  }

  /** The name leads elsewhere by the time of the start: what was judged is what runs. */
  @Test
  void executesTheFileThatWasJudgedWhenALinkIsChangedMeanwhile() throws IOException {
    Path link = HOME.resolve("switch");
    Files.createSymbolicLink(link, HOME.resolve("tools/hello"));
    List<String> others = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      others.add(Service.id(ops.post("/v1/runs", "{\"argv\": [\"sleep\", \"60\"]}").json()));
    }
    String id = Service.id(ops.post("/v1/runs", "{\"argv\": [\"" + link + "\"]}").json());
    assertThat(ops.get("/v1/runs/" + id).json().path("state").asString()).isEqualTo("queued");
    Files.delete(link);
    Files.createSymbolicLink(link, HOME.resolve("outside"));
    ops.post("/v1/runs/" + others.getFirst() + "/cancel", "{}");
    ops.get("/v1/runs/" + id + "/output?follow=true");
    assertThat(ops.get("/v1/runs/" + id + "/output").text()).startsWith("tools/hello ");
  }

  /** The folder is another by the time of the start: the command does not follow. */
  @Test
  void staysInTheWorkspaceWhenALinkTakesThePlaceOfItsFolderMeanwhile() throws IOException {
    Path folder = Files.createDirectory(HOME.resolve("swapped"));
    List<String> others = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      others.add(Service.id(ops.post("/v1/runs", "{\"argv\": [\"sleep\", \"60\"]}").json()));
    }
    String body = "{\"argv\": [\"printf\", \"ran\"], \"cwd\": \"swapped\"}";
    String id = Service.id(ops.post("/v1/runs", body).json());
    assertThat(ops.get("/v1/runs/" + id).json().path("state").asString()).isEqualTo("queued");
    Files.delete(folder);
    Files.createSymbolicLink(folder, Path.of("/etc"));
    ops.post("/v1/runs/" + others.getFirst() + "/cancel", "{}");
    ops.get("/v1/runs/" + id + "/output?follow=true");
    JsonNode run = ops.get("/v1/runs/" + id + "?include=output").json();
    assertThat(run.path("reason").asString()).as(run.toString()).isEqualTo("spawn-error");
    assertThat(run.at("/error/kind").asString()).isEqualTo("bad-cwd");
    assertThat(run.at("/output/stdout").asString()).isEmpty();
    Files.delete(folder);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "tools", "tools/..", "tools/deep/..", "stay", "stay/deep", "leave/.."})
  void runsAnywhereInTheWorkspace(String cwd) {
    Reply reply = run("\"argv\": [\"printf\", \"x\"], \"cwd\": \"" + cwd + "\"", "runner");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(reply.json().path("cwd").asString()).startsWith(HOME.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"..", "/", "/etc", "leave", "tools/../..", "stay/../..", "/proc/self/cwd/.."})
  void refusesToRunOutsideTheWorkspace(String cwd) {
    Reply reply = run("\"argv\": [\"printf\", \"x\"], \"cwd\": \"" + cwd + "\"", "runner");
    assertThat(reply.status()).as(reply.text()).isEqualTo(403);
    assertThat(reply.pointers()).containsExactly("/cwd");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/no-such",
        "/etc/no-such",
        "/etc/passwd",
        "/etc/passwd/x",
        "/root/no-such",
        "../no-such",
        "leave/no-such",
        "leave/passwd",
        "lost",
        "lost/deeper",
        "tools/../../no-such"
      })
  void doesNotTellWhatThereIsOutsideTheWorkspace(String cwd) {
    Reply there = run("\"argv\": [\"printf\", \"x\"], \"cwd\": \"/etc\"", "runner");
    Reply reply = run("\"argv\": [\"printf\", \"x\"], \"cwd\": \"" + cwd + "\"", "runner");
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.text()).isEqualTo(there.text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-such", "tools/no-such", "tools/hello", "stay/no-such", "x\\u0000"})
  void tellsWhatIsWrongWithAPlaceInTheWorkspace(String cwd) {
    Reply reply = run("\"argv\": [\"printf\", \"x\"], \"cwd\": \"" + cwd + "\"", "runner");
    assertThat(reply.status()).as(reply.text()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly("/cwd");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/no/such", "no-such", "/etc/passwd", "HOME/tools/sh", "HOME/tools/out"})
  void doesNotTellWhichProgramsThereAreBesides(String program) {
    Reply there = run("\"argv\": [\"/bin/sh\"]", "runner");
    Reply reply = run("\"argv\": [\"" + program + "\"]", "runner");
    assertThat(reply.text()).isEqualTo(there.text());
  }

  /** A listed program may write what another listed program executes. */
  @Test
  void refusesAFileForTheOutputOfProgramsThatRulesAreFor() {
    Reply reply = run("\"argv\": [\"printf\", \"x\"], \"output\": {\"file\": \"log\"}", "admin");
    assertThat(reply.status()).as(reply.text()).isEqualTo(403);
    assertThat(reply.code()).isEqualTo("command-forbidden");
    assertThat(reply.pointers()).containsExactly("/output/file");
    assertThat(HOME.resolve("log")).doesNotExist();
  }

  @Test
  void leavesNothingOfARefusedRun() {
    int before = ops.get("/v1/runs?limit=200").json().path("items").size();
    run("\"argv\": [\"/bin/sh\"]", "runner");
    assertThat(ops.get("/v1/runs?limit=200").json().path("items")).hasSize(before);
  }

  private Reply run(String fields, String role) {
    String body = "{" + fields.replace("HOME", HOME.toString()) + "}";
    return as(role).post("/v1/runs", body, "Prefer", "wait=20");
  }
}
