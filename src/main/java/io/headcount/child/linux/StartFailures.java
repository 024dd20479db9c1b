package io.headcount.child.linux;

import io.headcount.child.ChildSpec;
import io.headcount.child.StartFailure;
import io.headcount.child.StartFailure.Kind;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Spawn;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says in words why the kernel did not start a command. */
final class StartFailures {
  private StartFailures() {}

  /** A call that prepares a start failed. */
  static StartFailure of(String call, int errno) {
    Kind kind =
        switch (errno) {
          case Errno.EMFILE, Errno.ENFILE, Errno.EAGAIN, Errno.ENOMEM -> Kind.RESOURCES;
          default -> Kind.OTHER;
        };
    return new StartFailure(kind, Errno.name(errno), call + " failed with " + Errno.name(errno));
  }

  /** The spawn itself failed, in the clone or in the child. */
  static StartFailure of(ChildSpec spec, String path, Spawn.Outcome.Failed failed) {
    String name = Errno.name(failed.errno());
    return switch (failed.step()) {
      case CLONE -> of("clone", failed.errno());
      case DESCRIPTORS -> of("giving the command its descriptors", failed.errno());
      case CWD -> badCwd(spec.cwd(), failed.errno());
      case LIMIT ->
          failed.limit() == null
              ? of("prlimit", failed.errno())
              : ChildLimits.failure(failed.limit(), name);
      case MARK ->
          new StartFailure(
              Kind.RESOURCES,
              name,
              name
                  + ": the run's mark could not be set: somebody has lowered the service's own limit"
                  + " of file locks (prlimit --locks); restart it");
      case OUTPUT ->
          spec.outputFile() == null
              ? of("opening the output", failed.errno())
              : OutputFiles.failure(spec, spec.outputFile(), failed.errno());
      case CONFINEMENT -> of("confining the command", failed.errno());
      case CGROUP ->
          new StartFailure(
              of("", failed.errno()).kind(),
              name,
              name + ": the command could not enter its cgroup");
      case EXEC ->
          spec.confinement().sandbox() != null && failed.errno() == Errno.ENOENT
              ? new StartFailure(
                  Kind.NOT_FOUND,
                  name,
                  name + ": the sandbox has no " + path + ", or not the interpreter it asks for")
              : ofExec(spec, path, failed.errno());
    };
  }

  /** The working directory is not there, or is none, or may not be entered. */
  static StartFailure badCwd(Path cwd, int errno) {
    String name = Errno.name(errno);
    String why =
        Files.isDirectory(cwd)
            ? " may not be entered by the service"
            : " is no directory to start in";
    return new StartFailure(Kind.BAD_CWD, name, name + ": " + cwd + why);
  }

  private static StartFailure ofExec(ChildSpec spec, String path, int errno) {
    String name = Errno.name(errno);
    String command = spec.argv().getFirst();
    return switch (errno) {
      case Errno.ENOENT, Errno.ENOTDIR -> notFound(spec, path, name);
      case Errno.ENOEXEC ->
          new StartFailure(
              Kind.NOT_EXECUTABLE,
              name,
              name + ": " + path + " is neither a program nor a script that begins with #!");
      case Errno.EACCES, Errno.EPERM -> denied(spec, path, name);
      case Errno.E2BIG ->
          new StartFailure(
              Kind.TOO_LONG,
              name,
              name + ": the arguments and the environment are longer than the kernel takes");
      case Errno.ENAMETOOLONG ->
          new StartFailure(
              Kind.TOO_LONG,
              name,
              name + ": the name of the command is longer than a file's can be");
      case Errno.EAGAIN, Errno.ENOMEM, Errno.EMFILE, Errno.ENFILE ->
          new StartFailure(
              Kind.RESOURCES,
              name,
              name + ": the machine lacks processes, memory or descriptors; try again later");
      default -> new StartFailure(Kind.OTHER, name, name + ": " + command + " did not start");
    };
  }

  private static StartFailure notFound(ChildSpec spec, String path, String name) {
    String command = spec.argv().getFirst();
    Path file = spec.cwd().resolve(path);
    String message =
        Files.exists(file)
            ? file + " is there, but the interpreter it asks for is not"
            : command.contains("/")
                ? "there is no " + file
                : "there is no " + command + " in PATH=" + spec.env().getOrDefault("PATH", "");
    return new StartFailure(Kind.NOT_FOUND, name, name + ": " + message);
  }

  private static StartFailure denied(ChildSpec spec, String path, String name) {
    Path file = spec.cwd().resolve(path);
    if (Files.isDirectory(file)) {
      return new StartFailure(
          Kind.NOT_EXECUTABLE, name, name + ": " + file + " is a directory, expected a program");
    }
    if (Files.isRegularFile(file) && !Files.isExecutable(file)) {
      return new StartFailure(
          Kind.NOT_EXECUTABLE,
          name,
          name + ": " + file + " has no execute permission; give it one (chmod +x)");
    }
    return new StartFailure(Kind.PERMISSION, name, name + ": the service may not execute " + file);
  }
}
