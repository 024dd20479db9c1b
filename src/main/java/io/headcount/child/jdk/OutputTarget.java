package io.headcount.child.jdk;

import io.headcount.child.ChildSpec;
import io.headcount.child.ChildSpec.OutputFile;
import io.headcount.child.StartFailure.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The file to which a command appends its output. ProcessBuilder opens it, and would wait for the
 * reader of a FIFO, so it is looked at, and opened once, right before.
 */
final class OutputTarget {
  /** {@code strerror(3)} of what only the text of an exception tells. */
  private static final Map<String, String> ERRNO =
      Map.of(
          "Is a directory", "EISDIR",
          "Not a directory", "ENOTDIR",
          "Too many levels of symbolic links", "ELOOP",
          "File name too long", "ENAMETOOLONG",
          "Read-only file system", "EROFS",
          "No space left on device", "ENOSPC",
          "Too many open files", "EMFILE");

  private OutputTarget() {}

  /**
   * Creates it if it is not there.
   *
   * @return the file, which can be appended to
   */
  static File of(ChildSpec spec, OutputFile wanted) throws StartFailedException {
    Path file = spec.cwd().resolve(wanted.path());
    try {
      if (wanted.root() != null && !isIn(wanted.root(), file)) {
        throw failure(file, "EXDEV", "it is not in " + wanted.root(), null);
      }
      if (file.toFile().equals(Platform.current().nullDevice())) {
        return file.toFile();
      }
      if (Files.isDirectory(file)) {
        throw failure(file, "EISDIR", "it is a directory", null);
      }
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw failure(file, "ESPIPE", "it is a FIFO or a device", null);
      }
      Files.newByteChannel(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
      return file.toFile();
    } catch (IOException e) {
      throw failure(file, errno(e), "it cannot be appended to", e);
    }
  }

  /** Where it is, or will be, links followed. */
  private static boolean isIn(Path root, Path file) throws IOException {
    Path real =
        Files.exists(file)
            ? file.toRealPath()
            : file.resolveSibling("").toRealPath().resolve(file.getFileName());
    return real.startsWith(root.toRealPath()) && !Files.isSymbolicLink(real);
  }

  private static @Nullable String errno(IOException error) {
    return switch (error) {
      case NoSuchFileException _ -> "ENOENT";
      case AccessDeniedException _ -> "EACCES";
      case FileSystemException other when other.getReason() != null ->
          ERRNO.entrySet().stream()
              .filter(known -> other.getReason().startsWith(known.getKey()))
              .map(Map.Entry::getValue)
              .findAny()
              .orElse(null);
      default -> null;
    };
  }

  private static StartFailedException failure(
      Path file, @Nullable String errno, String why, @Nullable IOException cause) {
    return new StartFailedException(
        Kind.BAD_OUTPUT,
        errno,
        "%sthe file for the output, %s: %s".formatted(errno == null ? "" : errno + ": ", file, why),
        cause);
  }
}
