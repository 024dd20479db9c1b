package io.headcount.child.jdk;

import io.headcount.child.ChildSpec;
import io.headcount.child.StartFailure;
import io.headcount.child.StartFailure.Kind;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells from ProcessBuilder's exception, which carries the system's answer only as text ({@code
 * error: 2 (...)} or {@code error=2, ...}), why a command did not start.
 */
final class StartErrors {
  private static final Pattern NUMBER = Pattern.compile("error[=:] ?(\\d+)");

  private static final Map<Integer, String> LINUX =
      Map.ofEntries(
          Map.entry(1, "EPERM"),
          Map.entry(2, "ENOENT"),
          Map.entry(5, "EIO"),
          Map.entry(7, "E2BIG"),
          Map.entry(8, "ENOEXEC"),
          Map.entry(11, "EAGAIN"),
          Map.entry(12, "ENOMEM"),
          Map.entry(13, "EACCES"),
          Map.entry(20, "ENOTDIR"),
          Map.entry(22, "EINVAL"),
          Map.entry(23, "ENFILE"),
          Map.entry(24, "EMFILE"),
          Map.entry(26, "ETXTBSY"),
          Map.entry(36, "ENAMETOOLONG"),
          Map.entry(40, "ELOOP"));

  private static final Map<Integer, String> MAC_ONLY =
      Map.of(
          11,
          "EDEADLK",
          35,
          "EAGAIN",
          36,
          "EINPROGRESS",
          40,
          "EMSGSIZE",
          62,
          "ELOOP",
          63,
          "ENAMETOOLONG",
          85,
          "EBADEXEC",
          86,
          "EBADARCH");

  private static final Map<Integer, String> WINDOWS =
      Map.of(
          2, "ERROR_FILE_NOT_FOUND",
          3, "ERROR_PATH_NOT_FOUND",
          4, "ERROR_TOO_MANY_OPEN_FILES",
          5, "ERROR_ACCESS_DENIED",
          8, "ERROR_NOT_ENOUGH_MEMORY",
          193, "ERROR_BAD_EXE_FORMAT",
          206, "ERROR_FILENAME_EXCED_RANGE",
          267, "ERROR_DIRECTORY",
          740, "ERROR_ELEVATION_REQUIRED",
          1455, "ERROR_COMMITMENT_LIMIT");

  private StartErrors() {}

  static StartFailure describe(IOException error, ChildSpec spec) {
    Optional<StartFailure> cwd = cwdFailure(spec.cwd());
    if (cwd.isPresent()) {
      return cwd.get();
    }
    File file = CommandPath.file(spec.cwd(), spec.argv().getFirst());
    String errno = errno(error, Platform.current());
    Kind kind = kind(errno, file);
    String shown = errno == null ? firstLine(error) : errno;
    String message =
        kind == Kind.NOT_EXECUTABLE && "EACCES".equals(errno)
            ? CommandPath.refusedMessage(file)
            : "cannot start \"%s\": %s, %s"
                .formatted(cut(spec.argv().getFirst()), shown, advice(kind, file));
    return new StartFailure(kind, errno, message);
  }

  /** What is wrong with a working directory, as a failed start. */
  static Optional<StartFailure> cwdFailure(Path cwd) {
    File folder = cwd.toFile();
    if (!folder.exists()) {
      return badCwd(cwd, "ENOENT", "it does not exist");
    }
    if (!folder.isDirectory()) {
      return badCwd(cwd, "ENOTDIR", "it is not a directory");
    }
    if (Platform.current().posix() && !folder.canExecute()) {
      return badCwd(cwd, "EACCES", "the service's user may not enter it");
    }
    return Optional.empty();
  }

  private static Optional<StartFailure> badCwd(Path cwd, String errno, String why) {
    return Optional.of(
        new StartFailure(
            Kind.BAD_CWD,
            errno,
            "cannot start in \"%s\": %s, %s; expected a directory to work in"
                .formatted(cut(cwd.toString()), errno, why)));
  }

  /** The name of the system's answer, null where the exception does not carry it. */
  static @Nullable String errno(IOException error, Platform platform) {
    for (Throwable at = error; at != null; at = at.getCause()) {
      String text = String.valueOf(at.getMessage());
      Matcher number = NUMBER.matcher(text);
      if (number.find()) {
        int value = Integer.parseInt(number.group(1));
        if (value != 0) {
          return name(value, platform);
        }
      }
      if (text.contains("Too many open files")) {
        return "EMFILE";
      }
      if (text.contains("Cannot allocate memory")) {
        return "ENOMEM";
      }
    }
    return null;
  }

  private static String name(int number, Platform platform) {
    String fallback = "error " + number;
    return switch (platform) {
      case LINUX -> LINUX.getOrDefault(number, fallback);
      case MAC -> MAC_ONLY.getOrDefault(number, LINUX.getOrDefault(number, fallback));
      case WINDOWS -> WINDOWS.getOrDefault(number, fallback);
    };
  }

  static Kind kind(@Nullable String errno, File file) {
    return switch (errno) {
      case "ENOENT", "ENOTDIR", "ELOOP", "ERROR_FILE_NOT_FOUND", "ERROR_PATH_NOT_FOUND" ->
          Kind.NOT_FOUND;
      case "ENOEXEC", "EBADEXEC", "EBADARCH", "ERROR_BAD_EXE_FORMAT" -> Kind.NOT_EXECUTABLE;
      case "EACCES" -> CommandPath.refusal(file);
      case "EPERM", "ERROR_ACCESS_DENIED", "ERROR_ELEVATION_REQUIRED" -> Kind.PERMISSION;
      case "E2BIG", "ENAMETOOLONG", "ERROR_FILENAME_EXCED_RANGE" -> Kind.TOO_LONG;
      case "EAGAIN",
          "ENOMEM",
          "EMFILE",
          "ENFILE",
          "ERROR_TOO_MANY_OPEN_FILES",
          "ERROR_NOT_ENOUGH_MEMORY",
          "ERROR_COMMITMENT_LIMIT" ->
          Kind.RESOURCES;
      case "ERROR_DIRECTORY" -> Kind.BAD_CWD;
      case null, default -> Kind.OTHER;
    };
  }

  private static String advice(Kind kind, File file) {
    return switch (kind) {
      case NOT_FOUND ->
          file.isFile()
              ? "its interpreter or loader is missing; look at its first line"
              : "no such file";
      case NOT_EXECUTABLE ->
          "not a program for this machine, and no script that names its interpreter";
      case PERMISSION -> "the service's user may not execute it";
      case TOO_LONG ->
          "the path, or the arguments and the environment together, are too long; pass data by"
              + " stdin";
      case RESOURCES -> "the machine lacks processes, memory or descriptors now; try again later";
      case BAD_CWD -> "expected a directory to work in";
      case BAD_OUTPUT, OTHER -> "the system refused it";
    };
  }

  private static String firstLine(IOException error) {
    return String.valueOf(error.getMessage()).lines().findFirst().map(StartErrors::cut).orElse("");
  }

  private static String cut(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }
}
