package io.headcount.child.jdk;

import io.headcount.child.StartFailure.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds a command in the PATH of the child, as {@code execvp(3)} called with the child's
 * environment would; ProcessBuilder looks in the service's own.
 */
final class CommandPath {
  /** What {@code confstr(_CS_PATH)} says; {@code execvp} looks there when there is no PATH. */
  private static final String DEFAULT_PATH = "/bin:/usr/bin";

  private static final int NAME_MAX = 255;
  private static final Set<PosixFilePermission> ANY_EXECUTE =
      Set.of(
          PosixFilePermission.OWNER_EXECUTE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_EXECUTE);

  private CommandPath() {}

  /**
   * The path to execute. A command with a slash is its own path; so is every command on Windows.
   */
  static String resolve(String command, @Nullable String path, Path cwd)
      throws StartFailedException {
    if (!Platform.current().posix() || command.indexOf('/') >= 0) {
      return command;
    }
    if (command.getBytes(StandardCharsets.UTF_8).length > NAME_MAX) {
      throw new StartFailedException(
          Kind.TOO_LONG,
          "ENAMETOOLONG",
          "cannot start a command whose name is longer than %d bytes: ENAMETOOLONG"
              .formatted(NAME_MAX),
          null);
    }
    File refused = null;
    for (String folder : (path == null ? DEFAULT_PATH : path).split(":", -1)) {
      File candidate = file(cwd, folder.isEmpty() ? "./" + command : folder + "/" + command);
      if (candidate.isFile() && candidate.canExecute()) {
        return candidate.getPath();
      }
      if (refused == null && candidate.exists() && !command.isEmpty()) {
        refused = candidate;
      }
    }
    if (refused != null) {
      throw new StartFailedException(refusal(refused), "EACCES", refusedMessage(refused), null);
    }
    throw new StartFailedException(
        Kind.NOT_FOUND,
        "ENOENT",
        ("cannot start \"%s\": ENOENT, no such command in the PATH of the run; give its path, or"
                + " set PATH in env")
            .formatted(command),
        null);
  }

  /** Where a command with a slash is looked for: from the child's working directory. */
  static File file(Path cwd, String command) {
    File file = new File(command);
    return file.isAbsolute() ? file : new File(cwd.toFile(), command);
  }

  /** What EACCES means for a file: that it cannot be executed by anybody, or not by this user. */
  static Kind refusal(File file) {
    if (file.isDirectory()) {
      return Kind.NOT_EXECUTABLE;
    }
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file.toPath());
      boolean executable = permissions.stream().anyMatch(ANY_EXECUTE::contains);
      return executable ? Kind.PERMISSION : Kind.NOT_EXECUTABLE;
    } catch (IOException | UnsupportedOperationException e) {
      return Kind.PERMISSION;
    }
  }

  static String refusedMessage(File file) {
    String why =
        file.isDirectory()
            ? "it is a directory; name a file in it"
            : refusal(file) == Kind.NOT_EXECUTABLE
                ? "it has no execute permission; chmod +x it, or start its interpreter"
                : "the service's user may not execute it";
    return "cannot start \"%s\": EACCES, %s".formatted(file, why);
  }
}
