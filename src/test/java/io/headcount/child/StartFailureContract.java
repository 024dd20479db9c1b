package io.headcount.child;

import static io.headcount.child.AdapterException.SCRIPT_WITHOUT_SHEBANG;
import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.StartFailure.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A command that does not start says why, and leaves nothing. */
interface StartFailureContract extends Contract {

  @Test
  default void missingCommandIsNotFound() {
    expect(Command.of("headcount-no-such-command"), Kind.NOT_FOUND, "ENOENT");
    expect(Command.of("/nonexistent/command"), Kind.NOT_FOUND, "ENOENT");
    expect(Command.of("/dev/null/command"), Kind.NOT_FOUND, "ENOTDIR");
    expect(Command.of(""), Kind.NOT_FOUND, "ENOENT");
  }

  @Test
  default void commandIsNotFoundInThePathOfTheService() {
    expect(Command.of("sh").with(Map.of("PATH", "/nonexistent")), Kind.NOT_FOUND, "ENOENT");
  }

  @Test
  default void commandIsNotFoundWhenItsInterpreterIsMissing() throws IOException {
    Path script = bench().script("script", "#!/nonexistent/interpreter\n");

    StartFailure failure = expect(Command.of(script.toString()), Kind.NOT_FOUND, "ENOENT");
    assertThat(failure.message()).contains("interpreter");
  }

  @Test
  default void fileWithoutExecutePermissionIsNotExecutable() throws IOException {
    Path file = Files.writeString(bench().folder.resolve("file"), "#!/bin/sh\n");

    expect(Command.of(file.toString()), Kind.NOT_EXECUTABLE, "EACCES");
    expect(Command.of("./file").in(bench().folder), Kind.NOT_EXECUTABLE, "EACCES");
    Map<String, String> env = Map.of("PATH", bench().folder.toString());
    expect(Command.of("file").with(env), Kind.NOT_EXECUTABLE, "EACCES");
  }

  @Test
  default void directoryIsNotExecutable() throws IOException {
    Files.createDirectory(bench().folder.resolve("directory"));

    expect(Command.of("/tmp"), Kind.NOT_EXECUTABLE, "EACCES");
    Map<String, String> env = Map.of("PATH", bench().folder.toString());
    expect(Command.of("directory").with(env), Kind.NOT_EXECUTABLE, "EACCES");
  }

  @Test
  default void scriptWithoutAnInterpreterIsNotExecutable() throws IOException {
    Path script = bench().script("script", "echo run by sh\n");

    if (bench().excepts(SCRIPT_WITHOUT_SHEBANG)) {
      assertThat(bench().run(Command.of(script.toString())).out()).isEqualTo("run by sh\n");
    } else {
      expect(Command.of(script.toString()), Kind.NOT_EXECUTABLE, "ENOEXEC");
    }
  }

  @Test
  default void workingDirectoryThatIsMissingIsBad() {
    Path missing = bench().folder.resolve("missing");

    expect(Command.of("true").in(missing), Kind.BAD_CWD, "ENOENT");
    assertThat(bench().adapter.cwdProblem(missing)).get().asString().contains("not exist");
  }

  @Test
  default void workingDirectoryThatIsAFileIsBad() throws IOException {
    Path file = Files.createFile(bench().folder.resolve("file"));

    expect(Command.of("true").in(file), Kind.BAD_CWD, "ENOTDIR");
    assertThat(bench().adapter.cwdProblem(file)).isPresent();
    assertThat(bench().adapter.cwdProblem(bench().folder)).isEmpty();
  }

  @Test
  default void argumentsThatTheKernelDoesNotTakeAreTooLong() {
    expect(Command.of("true", "x".repeat(3_000_000)), Kind.TOO_LONG, "E2BIG");
    expect(Command.of("/" + "x".repeat(5000)), Kind.TOO_LONG, "ENAMETOOLONG");
    expect(Command.of("x".repeat(5000)), Kind.TOO_LONG, "ENAMETOOLONG");
  }

  private StartFailure expect(Command command, Kind kind, String errno) {
    StartFailure failure = bench().start(command).failure();
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.errno()).isEqualTo(errno);
    assertThat(failure.message()).contains(errno).hasSizeLessThan(1000);
    return failure;
  }
}
