package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/** Files for output under a policy: in the workspace, or where a command with a name says. */
@TestPropertySource(properties = "headcount.limits.max-live-runs=8")
class OutputFilePolicyTests extends Secured {
  private static final Path ROOT = prepare();
  private static final Path HOME = ROOT.resolve("workspace");
  private static final Path OUTSIDE = ROOT.resolve("outside");

  private static Path prepare() {
    try {
      Path root = Files.createTempDirectory("headcount-output").toRealPath();
      Path home = Files.createDirectories(root.resolve("workspace/repo")).getParent();
      Files.createFile(root.resolve("outside"));
      Files.createSymbolicLink(home.resolve("repo/leave"), Path.of("../../outside"));
      Files.createSymbolicLink(home.resolve("repo/absolute"), root.resolve("outside"));
      Files.createSymbolicLink(home.resolve("away"), root);
      return root;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @DynamicPropertySource
  static void policy(DynamicPropertyRegistry settings) {
    settings.add("headcount.workspace", HOME::toString);
    settings.add("headcount.policy.cwd", () -> "workspace");
    String commands = "headcount.policy.commands.";
    settings.add(commands + "build.argv", () -> "echo,built");
    settings.add(commands + "build.cwd", () -> "repo");
    settings.add(commands + "build.output-file", () -> "build.log");
    settings.add(commands + "trapped.argv", () -> "echo,built");
    settings.add(commands + "trapped.output-file", () -> "repo/leave");
    settings.add(commands + "elsewhere.argv", () -> "echo,built");
    settings.add(commands + "elsewhere.output-file", () -> ROOT + "/elsewhere");
  }

  @AfterAll
  static void clear() throws IOException {
    FileSystemUtils.deleteRecursively(ROOT);
  }

  private Reply run(String fields) {
    return ann.post("/v1/runs", "{" + fields + "}", "Prefer", "wait=20");
  }

  private static String echo(String file) {
    return "\"argv\": [\"echo\", \"x\"], \"cwd\": \"repo\", \"output\": {\"file\": %s}"
        .formatted(Client.quoted(file.replace("HOME", HOME.toString())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"in.log", "../up.log", "HOME/absolute.log", "./dot.log"})
  void writesInTheWorkspace(String file) {
    Reply reply = run(echo(file));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    Path written = HOME.resolve("repo").resolve(file.replace("HOME", HOME.toString())).normalize();
    assertThat(written).hasContent("x\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../outside", "/etc/headcount-output", "HOME/../outside", "/dev/null"})
  void refusesAFileOutsideTheWorkspace(String file) {
    Reply reply = run(echo(file));
    assertThat(reply.status()).as(reply.text()).isEqualTo(403);
    assertThat(reply.code()).isEqualTo("command-forbidden");
    assertThat(reply.pointers()).containsExactly("/output/file");
    assertThat(OUTSIDE).isEmptyFile();
  }

  @ParameterizedTest
  @ValueSource(strings = {"leave", "absolute", "../away/outside"})
  void startsNothingWhoseFileALinkLeadsOutOfTheWorkspace(String file) {
    Reply reply = run(echo(file));
    assertThat(reply.status()).as(reply.text()).isEqualTo(422);
    assertThat(reply.json().at("/error/kind").asString()).isEqualTo("bad-output");
    assertThat(reply.json().at("/error/errno").asString()).isEqualTo("EXDEV");
    assertThat(OUTSIDE).isEmptyFile();
  }

  /** The file is another by the time of the start. */
  @Test
  void staysInTheWorkspaceWhenALinkTakesThePlaceOfTheFileMeanwhile() throws IOException {
    Path file = Files.createFile(HOME.resolve("repo/swapped"));
    List<String> others = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      others.add(Service.id(ops.post("/v1/runs", "{\"argv\": [\"sleep\", \"60\"]}").json()));
    }
    String id = Service.id(ops.post("/v1/runs", "{" + echo("swapped") + "}").json());
    assertThat(ops.get("/v1/runs/" + id).json().path("state").asString()).isEqualTo("queued");
    Files.delete(file);
    Files.createSymbolicLink(file, OUTSIDE);
    ops.post("/v1/runs/" + others.getFirst() + "/cancel", "{}");
    JsonNode run = ops.get("/v1/runs/" + id, "Prefer", "wait=20").json();
    assertThat(run.path("reason").asString()).as(run.toString()).isEqualTo("spawn-error");
    assertThat(run.at("/error/kind").asString()).isEqualTo("bad-output");
    assertThat(OUTSIDE).isEmptyFile();
  }

  @Test
  void writesWhereTheCommandSaysAndNobodyElseMay() {
    Reply reply = run("\"command\": \"build\"");
    assertThat(reply.json().at("/output/file").asString()).isEqualTo(HOME + "/repo/build.log");
    assertThat(HOME.resolve("repo/build.log")).hasContent("built\n");
    assertThat(run("\"command\": \"elsewhere\"").status()).isEqualTo(200);
    assertThat(ROOT.resolve("elsewhere")).hasContent("built\n");
    for (String name : List.of("build", "elsewhere")) {
      Reply other = run("\"command\": \"" + name + "\", \"output\": {\"file\": \"mine\"}");
      assertThat(other.status()).isEqualTo(422);
      assertThat(other.pointers()).containsExactly("/output/file");
    }
    assertThat(run("\"command\": \"build\", \"output\": {\"maxBytes\": 5}").pointers())
        .containsExactly("/output/maxBytes");
    assertThat(ann.get("/v1/commands").json().at("/commands/0/outputFile").asString())
        .isEqualTo("build.log");
  }

  /** What is in the workspace is others' to change: a branch may have the link in it. */
  @Test
  void followsNoLinkOutOfTheWorkspaceForACommandWithANameEither() {
    Reply reply = run("\"command\": \"trapped\"");
    assertThat(reply.code()).isEqualTo("start-failed");
    assertThat(reply.json().at("/error/errno").asString()).isEqualTo("EXDEV");
    assertThat(OUTSIDE).isEmptyFile();
  }
}
