package io.headcount.supervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.ChildSpec.Stdin;
import io.headcount.child.StartFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Section 8: a test a kind of bad input; nothing is spawned, nothing is left. */
class BadInputTests {
  private Supervised house;

  @BeforeEach
  void open() {
    house = new Supervised();
  }

  @AfterEach
  void nothingIsLeft() {
    assertThat(house.childDescriptors()).isZero();
    house.close();
  }

  private void assertRefused(RunSpec spec, String... pointers) {
    assertThatExceptionOfType(SupervisorException.Invalid.class)
        .isThrownBy(() -> house.supervisor.start(spec))
        .satisfies(refused ->
            assertThat(refused.violations())
                .extracting(Violation::pointer)
                .containsExactlyInAnyOrder(pointers));
    assertThat(house.supervisor.count(RunState.EXITED)).isZero();
  }

  private StartFailure failure(RunSpec spec) {
    RunView view = Supervised.exited(house.supervisor.start(spec));
    assertThat(view.reason()).isEqualTo(Reason.SPAWN_ERROR);
    assertThat(view.pid()).isNull();
    assertThat(view.failure()).isNotNull();
    return view.failure();
  }

  private static RunSpec argv(String... argv) {
    return RunSpec.of(List.of(argv));
  }

  private static RunSpec cwd(String cwd) {
    return Specs.with(
        new RunSpec.Command.Argv(List.of("true")), cwd, Map.of(), new Stdin.Closed(), Limits.NONE);
  }

  private static RunSpec env(String name, @Nullable String value) {
    Map<String, @Nullable String> env = new HashMap<>();
    env.put(name, value);
    return Specs.with(
        new RunSpec.Command.Argv(List.of("true")), null, env, new Stdin.Closed(), Limits.NONE);
  }

  @Test
  void emptyArgvIsRefused() {
    assertRefused(argv(), "/argv");
    assertRefused(argv(""), "/argv");
    assertRefused(RunSpec.of(new RunSpec.Command.Shell(" ")), "/shell");
  }

  @Test
  void nulByteIsRefusedWhereverItIs() {
    assertRefused(argv("echo", "a", "b\0c"), "/argv/2");
    assertRefused(RunSpec.of(new RunSpec.Command.Shell("echo \0")), "/shell");
    assertRefused(env("A", "\0"), "/env/A");
    assertRefused(env("A\0", "x"), "/env/A\0");
    assertRefused(cwd("a\0b"), "/cwd");
  }

  @Test
  void halfACharacterIsRefused() {
    assertRefused(argv("echo", "a\ud800b"), "/argv/1");
  }

  @Test
  void commandThatIsNotInThePathIsNotTakenFromTheWorkingDirectory(@TempDir Path folder)
      throws IOException {
    Path tool = Files.writeString(folder.resolve("tool"), "#!/bin/sh\n");
    assertThat(tool.toFile().setExecutable(true)).isTrue();

    StartFailure failure =
        failure(
            Specs.with(
                new RunSpec.Command.Argv(List.of("tool")),
                folder.toString(),
                Map.of("PATH", "/bin"),
                new Stdin.Closed(),
                Limits.NONE));

    assertThat(failure.kind()).isEqualTo(StartFailure.Kind.NOT_FOUND);
    assertThat(failure.message()).contains("no tool in PATH=/bin");
  }

  /** The record of the run would hold it, and nothing could be started with it. */
  @Test
  void commandThatNoKernelTakesIsRefused() {
    String[] words = new String[3000];
    java.util.Arrays.fill(words, "x".repeat(1000));
    assertRefused(
        Specs.with(
            new RunSpec.Command.Argv(List.of(words)),
            null,
            Map.of(),
            new Stdin.Closed(),
            Limits.NONE),
        "/argv");
  }

  @Test
  void badVariableNameIsRefused() {
    assertRefused(env("", "x"), "/env/");
    assertRefused(env("A=B", "x"), "/env/A=B");
    assertRefused(env("HEADCOUNT_RUN", "x"), "/env/HEADCOUNT_RUN");
    assertRefused(env("a/b~c=", "x"), "/env/a~1b~0c=");
  }

  @Test
  void missingWorkingDirectoryIsRefused(@TempDir Path folder) throws IOException {
    assertRefused(cwd(folder.resolve("missing").toString()), "/cwd");
    Path file = Files.createFile(folder.resolve("file"));
    assertRefused(cwd(file.toString()), "/cwd");
  }

  @Test
  void limitOutOfRangeIsRefused() {
    assertRefused(
        Specs.with(
            new RunSpec.Command.Argv(List.of("true")),
            null,
            Map.of(),
            new Stdin.Closed(),
            new Limits(0L, -1L, 0L, 0L, 0L, 10_001L, -1L)),
        "/limits/cpuWeight",
        "/limits/coreBytes",
        "/limits/memoryBytes",
        "/limits/cpuSeconds",
        "/limits/openFiles",
        "/limits/processes",
        "/limits/fileSizeBytes");
    assertRefused(Specs.timeout(List.of("true"), -1), "/timeoutMs");
    assertRefused(Specs.timeout(List.of("true"), (1L << 53) + 1), "/timeoutMs");
    assertRefused(
        Specs.output(new RunSpec.Command.Argv(List.of("true")), 0L, 0L),
        "/output/retainBytes",
        "/output/maxBytes");
  }

  @Test
  void missingCommandIsNotFound() {
    assertThat(failure(argv("no-such-command")))
        .extracting(StartFailure::kind, StartFailure::errno)
        .containsExactly(StartFailure.Kind.NOT_FOUND, "ENOENT");
    assertThat(failure(argv("/no/such/command")).message()).contains("/no/such/command");
  }

  @Test
  void missingInterpreterIsNotFoundAndToldSo(@TempDir Path folder) throws IOException {
    Path script = Files.writeString(folder.resolve("script"), "#!/no/such/interpreter\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();

    StartFailure failure = failure(argv(script.toString()));

    assertThat(failure.kind()).isEqualTo(StartFailure.Kind.NOT_FOUND);
    assertThat(failure.message()).contains("interpreter");
  }

  @Test
  void fileThatIsNotExecutableIsToldSo(@TempDir Path folder) throws IOException {
    Path plain = Files.writeString(folder.resolve("plain"), "#!/bin/sh\n");
    assertThat(failure(argv(plain.toString())))
        .extracting(StartFailure::kind, StartFailure::errno)
        .containsExactly(StartFailure.Kind.NOT_EXECUTABLE, "EACCES");
    Path garbage = Files.writeString(folder.resolve("garbage"), "no script");
    assertThat(garbage.toFile().setExecutable(true)).isTrue();
    assertThat(failure(argv(garbage.toString())))
        .extracting(StartFailure::kind, StartFailure::errno)
        .containsExactly(StartFailure.Kind.NOT_EXECUTABLE, "ENOEXEC");
    assertThat(failure(argv(folder.toString())))
        .extracting(StartFailure::kind, StartFailure::errno)
        .containsExactly(StartFailure.Kind.NOT_EXECUTABLE, "EACCES");
  }

  @Test
  void tooLongArgumentsAreToldSo() {
    assertThat(failure(argv("echo", "x".repeat(1 << 20))))
        .extracting(StartFailure::kind, StartFailure::errno)
        .containsExactly(StartFailure.Kind.TOO_LONG, "E2BIG");
    assertThat(failure(argv("/" + "x".repeat(300))))
        .extracting(StartFailure::kind, StartFailure::errno)
        .containsExactly(StartFailure.Kind.TOO_LONG, "ENAMETOOLONG");
  }

  @Test
  void unknownIdIsNotFound() {
    assertThatExceptionOfType(SupervisorException.NotFound.class)
        .isThrownBy(() -> house.supervisor.cancel("nobody", null, null));
  }
}
