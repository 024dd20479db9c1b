package io.headcount.child.linux;

import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds a command as {@code execvp(3)} would, but in the PATH of the child, not of the service. */
final class Executables {
  private static final String DEFAULT_PATH = "/bin:/usr/bin";

  private Executables() {}

  /**
   * Names the file to execute.
   *
   * @param path the child's PATH; entries that are empty or relative start at {@code cwd}
   * @return the first file that may be executed; else the first that is there; else the first that
   *     was looked for, so that the kernel says what is wrong. Never the bare name: the kernel
   *     would look for that in the working directory
   */
  static String find(String command, @Nullable String path, Path cwd) {
    if (command.isEmpty() || command.indexOf('/') >= 0) {
      return command;
    }
    String first = null;
    String there = null;
    for (String directory : (path == null ? DEFAULT_PATH : path).split(":", -1)) {
      String file =
          directory.startsWith("/")
              ? directory + "/" + command
              : cwd.resolve(directory).resolve(command).toString();
      first = first == null ? file : first;
      int access = Libc.access(file, Libc.X_OK);
      if (access == 0 && !new java.io.File(file).isDirectory()) {
        return file;
      }
      if (there == null && access != -Errno.ENOENT && Libc.access(file, Libc.F_OK) == 0) {
        there = file;
      }
    }
    return there != null ? there : first != null ? first : command;
  }
}
