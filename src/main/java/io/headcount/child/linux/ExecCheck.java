package io.headcount.child.linux;

import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What {@code execve(2)} would say to a file, asked before a program of others executes it, whose
 * answer would be an exit code. The last word is the start's.
 */
final class ExecCheck {
  /** As many interpreters may be nested, {@code execve(2)}. */
  private static final int MOST_INTERPRETERS = 4;

  private static final int MOST_LINE = 256;
  private static final Path OTHER_FORMATS = Path.of("/proc/sys/fs/binfmt_misc/status");

  private ExecCheck() {}

  /**
   * The error number, 0 if there is nothing to object to.
   *
   * @param path as it is given to the kernel, relative ones start at {@code cwd}
   */
  static int errno(String path, Path cwd) {
    if (path.isEmpty()) {
      return Errno.ENOENT;
    }
    if (path.length() > 4095) {
      return Errno.ENAMETOOLONG;
    }
    return errno(cwd.resolve(path), cwd, 0);
  }

  private static int errno(Path file, Path cwd, int depth) {
    int access = Libc.access(file.toString(), Libc.X_OK);
    if (access < 0) {
      return -access;
    }
    if (!Files.isRegularFile(file)) {
      return Errno.EACCES;
    }
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(MOST_LINE);
    } catch (IOException e) {
      return 0; // it may be executed and not read
    }
    String line = new String(start, StandardCharsets.ISO_8859_1);
    if (line.startsWith("#!")) {
      String interpreter = line.substring(2).strip().split("\\s", 2)[0];
      return interpreter.isEmpty()
          ? Errno.ENOEXEC
          : depth == MOST_INTERPRETERS
              ? Errno.ELOOP
              : errno(cwd.resolve(interpreter), cwd, depth + 1);
    }
    boolean known = line.startsWith("\177ELF") || Files.exists(OTHER_FORMATS);
    return known ? 0 : Errno.ENOEXEC;
  }
}
