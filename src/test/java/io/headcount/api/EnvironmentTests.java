package io.headcount.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.api.Client.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/** What requests may do to the environment of their commands. */
@ExtendWith(OutputCaptureExtension.class)
class EnvironmentTests extends Service {
  private static final String SECRET = "hunter2-äöü";
  private static final Path FOLDER = prepare();

  /** As Kubernetes mounts a Secret: links to a folder that is changed as a whole. */
  private static Path prepare() {
    try {
      Path folder = Files.createTempDirectory("headcount-secrets");
      Path mount = Files.createDirectories(folder.resolve("mount/..2026_11_24")).getParent();
      Files.writeString(mount.resolve("..2026_11_24/deploy-token"), SECRET + "\n");
      Files.write(mount.resolve("..2026_11_24/binary"), new byte[] {(byte) 0xff, 1});
      Files.write(mount.resolve("..2026_11_24/nul"), new byte[] {'a', 0});
      Files.writeString(mount.resolve("..2026_11_24/large"), "x".repeat(70_000));
      Files.createSymbolicLink(mount.resolve("..data"), Path.of("..2026_11_24"));
      for (String name : new String[] {"deploy-token", "binary", "nul", "large"}) {
        Files.createSymbolicLink(mount.resolve(name), Path.of("..data", name));
      }
      Files.writeString(folder.resolve("beside"), "not yours");
      Files.createSymbolicLink(mount.resolve("out"), Path.of("../beside"));
      Files.createSymbolicLink(mount.resolve("passwd"), Path.of("/etc/passwd"));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @DynamicPropertySource
  static void secrets(DynamicPropertyRegistry settings) {
    settings.add("headcount.secrets.dir", () -> FOLDER.resolve("mount").toString());
    settings.add("headcount.policy.env.allow", () -> "PYTHONUNBUFFERED,MALLOC_ARENA*");
  }

  @AfterAll
  static void clear() throws IOException {
    FileSystemUtils.deleteRecursively(FOLDER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "LD_PRELOAD",
        "LD_LIBRARY_PATH",
        "LD_AUDIT",
        "LD_X",
        "BASH_ENV",
        "ENV",
        "BASH_FUNC_ls%%",
        "SHELLOPTS",
        "BASHOPTS",
        "PS4",
        "IFS",
        "NODE_OPTIONS",
        "NODE_PATH",
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "PYTHONHOME",
        "PERL5LIB",
        "PERL5OPT",
        "PERLLIB",
        "RUBYOPT",
        "RUBYLIB",
        "JAVA_TOOL_OPTIONS",
        "JDK_JAVA_OPTIONS",
        "_JAVA_OPTIONS",
        "CLASSPATH",
        "GCONV_PATH",
        "GLIBC_TUNABLES",
        "MALLOC_CHECK_",
        "LOCPATH",
        "NLSPATH",
        "HOSTALIASES",
        "RESOLV_HOST_CONF",
        "FPATH",
        "CDPATH",
        "DOTNET_STARTUP_HOOKS",
        "CORECLR_PROFILER_PATH",
        "GEM_PATH",
        "OPENJ9_JAVA_OPTIONS",
        "PHPRC",
        "OPENSSL_MODULES"
      })
  void refusesVariablesThatChangeHowProgramsLoad(String name) {
    Reply reply = run("\"argv\": [\"true\"], \"env\": {\"A\": \"1\", \"" + name + "\": \"\"}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(403);
    assertThat(reply.code()).isEqualTo("command-forbidden");
    assertThat(reply.pointers()).containsExactly("/env/" + name);
    assertThat(reply.text()).contains(name).contains("headcount.policy.env.allow");
    assertThat(
            run("\"argv\": [\"true\"], \"secretEnv\": {\"" + name + "\": \"deploy-token\"}")
                .pointers())
        .containsExactly("/secretEnv/" + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "bin", "/bin:", ":/bin", "/bin::/usr/bin", "/bin:./x", "~/bin"})
  void refusesAPathThatIsNotAbsolute(String path) {
    Reply reply = run("\"argv\": [\"true\"], \"env\": {\"PATH\": \"" + path + "\"}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(403);
    assertThat(reply.pointers()).containsExactly("/env/PATH");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"PATH\": \"/usr/bin:/bin\"",
        "\"PATH\": null",
        "\"LD_PRELOAD\": null, \"BASH_ENV\": null",
        "\"PYTHONUNBUFFERED\": \"1\"",
        "\"MALLOC_ARENA_MAX\": \"2\"",
        "\"PS1\": \"$ \", \"HISTFILE\": \"\", \"TMPDIR\": \"/tmp\", \"ENVY\": \"1\", \"MYENV\": \"1\"",
        "\"TRACEPARENT\": \"\", \"LANG\": \"C\", \"HOME\": \"/\", \"ld_preload\": \"x\"",
      })
  void takesWhatIsNoHarmOrAllowed(String env) {
    Reply reply = run("\"argv\": [\"true\"], \"env\": {" + env + "}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  @Test
  void showsNothingOfTheServiceToItsChildren() {
    String printed = run("\"argv\": [\"env\"]").json().at("/output/stdout").asString();
    assertThat(printed.lines().map(line -> line.substring(0, line.indexOf('='))))
        .isNotEmpty()
        .allMatch(name ->
            name.matches(
                "PATH|HOME|USER|LANG|LC_\\w+|TZ|TMPDIR|HEADCOUNT_RUN|TRACE(PARENT|STATE)"));
  }

  @Test
  void givesASecretToTheCommandAndToNobodyElse(CapturedOutput log) {
    String body =
        "{\"argv\": [\"sh\", \"-c\", \"printf %s \\\"$TOKEN\\\" | wc -c\"],"
            + " \"secretEnv\": {\"TOKEN\": \"deploy-token\"}}";
    Reply reply = api.put("/v1/runs/secretive", body, "Prefer", "wait=20");
    assertThat(reply.json().at("/output/stdout").asString().strip())
        .as(reply.text())
        .isEqualTo(String.valueOf(SECRET.getBytes(StandardCharsets.UTF_8).length));
    for (String path : new String[] {"", "?include=output", "/output", "/events"}) {
      assertThat(api.get("/v1/runs/secretive" + path).text())
          .isNotEmpty()
          .doesNotContain(SECRET)
          .doesNotContain("deploy-token");
    }
    assertThat(log.getAll()).doesNotContain(SECRET);
    assertThat(api.put("/v1/runs/secretive", body).status()).isEqualTo(200);
    api.delete("/v1/runs/secretive");
  }

  @Test
  void coversASecretInTheOutputWhenAskedTo() {
    JsonNode run =
        run("\"argv\": [\"sh\", \"-c\", \"printf hunter; sleep 0.1; printf '2-äöü hun'; echo $TOKEN >&2\"],"
                + " \"secretEnv\": {\"TOKEN\": \"deploy-token\"}, \"output\": {\"redact\": true}")
            .json();
    assertThat(run.at("/output/stdout").asString()).isEqualTo("************** hun");
    assertThat(run.at("/output/stderr").asString()).isEqualTo("**************\n");
    assertThat(run.at("/output/stdoutBytes").asInt()).isEqualTo(18);
    JsonNode plain =
        run("\"argv\": [\"sh\", \"-c\", \"echo $TOKEN\"],"
                + " \"secretEnv\": {\"TOKEN\": \"deploy-token\"}")
            .json();
    assertThat(plain.at("/output/stdout").asString()).isEqualTo(SECRET + "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no-such",
        "out",
        "passwd",
        "binary",
        "nul",
        "large",
        "..data",
        "..",
        ".",
        "",
        "../beside",
        "..data/deploy-token",
        "/etc/passwd",
        "deploy-token\\u0000"
      })
  void refusesWhatIsNoSecret(String name) {
    Reply reply = run("\"argv\": [\"env\"], \"secretEnv\": {\"TOKEN\": \"" + name + "\"}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly("/secretEnv/TOKEN");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEADCOUNT_RUN", "", "A=B", "TWICE"})
  void refusesAVariableThatCannotHoldASecret(String name) {
    Reply reply =
        run(
            "\"argv\": [\"env\"], \"env\": {\"TWICE\": \"1\"}, \"secretEnv\": {\""
                + name
                + "\": \"deploy-token\"}");
    assertThat(reply.status()).as(reply.text()).isEqualTo(422);
    assertThat(reply.pointers()).containsExactly("/secretEnv/" + name);
  }

  @Test
  void readsASecretAnewForEachCommand() throws IOException {
    Path mount = FOLDER.resolve("mount");
    Files.writeString(mount.resolve("..2026_11_24/turning"), "one");
    Files.createSymbolicLink(mount.resolve("turning"), Path.of("..data/turning"));
    String fields =
        "\"argv\": [\"sh\", \"-c\", \"echo ${#TURNING}\"],"
            + " \"secretEnv\": {\"TURNING\": \"turning\"}";
    assertThat(output(fields)).isEqualTo("3\n");
    Files.writeString(mount.resolve("..2026_11_24/turning"), "three");
    assertThat(output(fields)).isEqualTo("5\n");
  }

  private String output(String fields) {
    JsonNode run = run(fields).json();
    return run.at("/output/stdout").asString();
  }

  private Reply run(String fields) {
    return api.post("/v1/runs", "{" + fields + "}", "Prefer", "wait=20");
  }
}
