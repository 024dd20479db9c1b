package io.headcount.child.jdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.StartFailure.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartErrorsTests {
  private static final File NOWHERE = new File("/nonexistent/file");

  @ParameterizedTest
  @CsvSource({
    "LINUX, 'Cannot run program \"a\": Exec failed, error: 2 (No such file or directory)', ENOENT",
    "LINUX, 'Cannot run program \"a\": error=13, Permission denied', EACCES",
    "LINUX, 'Cannot run program \"a\": error=11, Resource temporarily unavailable', EAGAIN",
    "LINUX, 'error=36, File name too long', ENAMETOOLONG",
    "LINUX, 'error=999, Unknown', error 999",
    "LINUX, '/dev/null (Too many open files)', EMFILE",
    "LINUX, 'fork: Cannot allocate memory', ENOMEM",
    "MAC, 'error=35, Resource temporarily unavailable', EAGAIN",
    "MAC, 'error=63, File name too long', ENAMETOOLONG",
    "MAC, 'error=2, No such file or directory', ENOENT",
    "WINDOWS, 'CreateProcess error=2, The system cannot find the file', ERROR_FILE_NOT_FOUND",
    "WINDOWS, 'CreateProcess error=206, The filename is too long', ERROR_FILENAME_EXCED_RANGE"
  })
  void errnoIsReadFromTheMessage(Platform platform, String message, String errno) {
    assertThat(StartErrors.errno(new IOException(message), platform)).isEqualTo(errno);
  }

  @Test
  void errnoIsReadFromTheCauseWhenTheMessageHasNone() {
    IOException error = new IOException("Cannot run", new IOException("error=7, Argument list"));

    assertThat(StartErrors.errno(error, Platform.LINUX)).isEqualTo("E2BIG");
  }

  @Test
  void errnoIsNullWhenNobodyTellsIt() {
    IOException error = new IOException("spawn helper failed, exit code: 127, error: 0 (none)");

    assertThat(StartErrors.errno(error, Platform.LINUX)).isNull();
    assertThat(StartErrors.kind(null, NOWHERE)).isEqualTo(Kind.OTHER);
  }

  @ParameterizedTest
  @CsvSource({
    "ENOENT, NOT_FOUND",
    "ENOTDIR, NOT_FOUND",
    "ENOEXEC, NOT_EXECUTABLE",
    "EPERM, PERMISSION",
    "E2BIG, TOO_LONG",
    "ENAMETOOLONG, TOO_LONG",
    "EAGAIN, RESOURCES",
    "ENOMEM, RESOURCES",
    "EMFILE, RESOURCES",
    "ENFILE, RESOURCES",
    "ETXTBSY, OTHER",
    "ERROR_ACCESS_DENIED, PERMISSION",
    "ERROR_DIRECTORY, BAD_CWD"
  })
  void kindFollowsTheErrno(String errno, Kind kind) {
    assertThat(StartErrors.kind(errno, NOWHERE)).isEqualTo(kind);
  }

  @Test
  void accessDeniedIsAPermissionWhenSomebodyMayExecuteTheFile(@TempDir Path folder)
      throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(StartErrors.kind("EACCES", file.toFile())).isEqualTo(Kind.NOT_EXECUTABLE);

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    assertThat(StartErrors.kind("EACCES", file.toFile())).isEqualTo(Kind.PERMISSION);
    assertThat(StartErrors.kind("EACCES", folder.toFile())).isEqualTo(Kind.NOT_EXECUTABLE);
    assertThat(StartErrors.kind("EACCES", NOWHERE)).isEqualTo(Kind.PERMISSION);
  }

  @ParameterizedTest
  @CsvSource({"Linux, LINUX", "Mac OS X, MAC", "Windows 11, WINDOWS", "FreeBSD, LINUX"})
  void platformIsKnownByItsName(String name, Platform platform) {
    assertThat(Platform.detect(name)).isEqualTo(platform);
  }
}
