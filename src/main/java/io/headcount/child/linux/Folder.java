package io.headcount.child.linux;

import io.headcount.child.StartFailure;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A working directory that is held open from the moment in which it was seen to be in its root, so
 * that no link that is put in its place meanwhile leads the command elsewhere.
 *
 * @param fd an {@code O_PATH} descriptor of ours
 * @param real where it is, without links
 */
record Folder(int fd, Path real) implements AutoCloseable {
  private static final String OURS = "/proc/" + ProcessHandle.current().pid() + "/fd/";

  /**
   * Opens it.
   *
   * @throws NotStartedException if it is outside of the root, links followed, or is not there
   */
  static Folder in(Path root, Path cwd) throws NotStartedException {
    int fd = Libc.open(cwd.toString(), Libc.O_PATH | Libc.O_CLOEXEC);
    if (fd < 0) {
      String errno = Errno.name(-fd);
      throw refused(errno, errno + ": " + cwd + " is no directory to start in");
    }
    Path held = Path.of(OURS + fd);
    try {
      Path real = Files.readSymbolicLink(held);
      if (real.startsWith(root.toRealPath()) && Files.isDirectory(held)) {
        return new Folder(fd, real);
      }
    } catch (IOException e) {
      // There is no root any more: nothing is in it.
    }
    Libc.close(fd);
    throw refused(null, cwd + " is no directory in " + root + " any more");
  }

  private static NotStartedException refused(@Nullable String errno, String message) {
    return new NotStartedException(new StartFailure(StartFailure.Kind.BAD_CWD, errno, message));
  }

  /** A path that leads to it whatever stands at its own by now, for processes of our user. */
  String path() {
    return OURS + fd;
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}
