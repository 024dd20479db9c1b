package io.headcount.child.linux;

import io.headcount.child.ChildSpec;
import io.headcount.child.ChildSpec.OutputFile;
import io.headcount.child.StartFailure;
import io.headcount.child.StartFailure.Kind;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Spawn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The files to which children write by themselves: where one is, and why it could not be opened.
 */
final class OutputFiles {
  private OutputFiles() {}

  /**
   * What a child opens. Of a file that must be in a folder the way from there is told, and the
   * kernel keeps to it, whatever becomes of the names on it meanwhile.
   *
   * @param in what is to be descriptor 0
   * @throws NotStartedException if the file is nowhere in its folder
   */
  static Spawn.Stdio.File of(ChildSpec spec, OutputFile file, int in) throws NotStartedException {
    Path root = file.root();
    if (root == null) {
      return new Spawn.Stdio.File(in, file.path(), null);
    }
    try {
      Path real = root.toRealPath();
      Path wanted = spec.cwd().toRealPath().resolve(file.path());
      for (Path folder : List.of(real, root)) {
        if (wanted.startsWith(folder) && !wanted.equals(folder)) {
          Path way = wanted.subpath(folder.getNameCount(), wanted.getNameCount());
          return new Spawn.Stdio.File(in, way.toString(), real.toString());
        }
      }
    } catch (IOException e) {
      throw new NotStartedException(StartFailures.badCwd(spec.cwd(), Errno.ENOENT));
    }
    throw new NotStartedException(failure(spec, file, Errno.EXDEV));
  }

  /** The child could not open it. */
  static StartFailure failure(ChildSpec spec, OutputFile file, int errno) {
    String why =
        switch (errno) {
          case Errno.ENOENT, Errno.ENOTDIR -> "there is no folder for it";
          case Errno.EACCES, Errno.EPERM -> "the service may not write to it";
          case Errno.EROFS -> "nothing may be written there";
          case Errno.EISDIR -> "it is a directory";
          case Errno.ELOOP -> "its links lead nowhere, or through /proc";
          case Errno.EXDEV -> "it is not in " + file.root() + ", or a link leads out of that";
          case Errno.ENXIO, Errno.ESPIPE, Errno.EINVAL -> "it is a FIFO, a terminal or a socket";
          case Errno.ENOSPC, Errno.EDQUOT -> "the disk has no room for it";
          case Errno.EMFILE, Errno.EBADF -> "limits.openFiles leaves no descriptor for it";
          case Errno.EAGAIN -> "another process has a lease on it";
          default -> "it cannot be appended to";
        };
    return new StartFailure(
        errno == Errno.ENFILE || errno == Errno.ENOMEM ? Kind.RESOURCES : Kind.BAD_OUTPUT,
        Errno.name(errno),
        "%s: the file for the output, %s: %s"
            .formatted(Errno.name(errno), spec.cwd().resolve(file.path()), why));
  }
}
