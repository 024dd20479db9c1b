package io.headcount.child.linux;

import io.headcount.child.ChildSpec;
import io.headcount.child.ChildSpec.Confinement;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.ChildSpec.Sandbox;
import io.headcount.child.Signal;
import io.headcount.child.StartFailure;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.PosixSpawn;
import io.headcount.child.linux.libc.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is executed to start a command: the command itself, or, if it is to be confined, programs
 * that confine themselves and then execute it in their place ({@link Tools}). The process stays the
 * same, so its pid, its exit and its descriptors are the command's, and what it is confined by
 * holds from the first instruction on.
 *
 * <p>Such a start is over when the command was executed, as others are: {@link #await} sees it by
 * the name and the arguments in {@code /proc}, and turns the exit of a program that could not
 * execute it into the failure that it stands for. One thread.
 */
final class Launch implements AutoCloseable {
  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
  private static final int MOST_TRIES = 10_000;
  private static final int CANNOT_EXECUTE = 126;
  private static final int NOT_FOUND = 127;
  private static final int NAME_LENGTH = 15;

  private final ChildSpec spec;
  private final String command;
  private final Limits limits;
  private @Nullable Folder folder;
  private @Nullable SandboxHolder holder;
  private List<String> argv;

  /** What is before the command, the last first: argument lists that end in the command's. */
  private List<List<String>> stages = List.of();

  private Launch(ChildSpec spec, String command, Limits limits) {
    this.spec = spec;
    this.command = command;
    this.limits = limits;
    this.argv = spec.argv();
  }

  /**
   * Prepares a start.
   *
   * @param command the file that the command is
   * @param limits those that the process itself is to have
   * @throws ChildLimits.Refused if it cannot be confined so, or the command could not be executed
   */
  static Launch of(
      PosixSpawn posixSpawn,
      Forest forest,
      Tools tools,
      ChildSpec spec,
      String command,
      Limits limits)
      throws ChildLimits.Refused {
    Launch launch = new Launch(spec, command, limits);
    if (!limits.equals(Limits.NONE) || !spec.confinement().equals(Confinement.NONE)) {
      try {
        launch.confine(posixSpawn, forest, tools);
      } catch (ChildLimits.Refused | RuntimeException e) {
        launch.close();
        throw e;
      }
    }
    return launch;
  }

  private void confine(PosixSpawn posixSpawn, Forest forest, Tools tools)
      throws ChildLimits.Refused {
    Confinement wanted = spec.confinement();
    if (wanted.root() != null) {
      folder = Folder.in(wanted.root(), spec.cwd());
    }
    Sandbox sandbox = wanted.sandbox();
    boolean noNewPrivs = wanted.noNewPrivs() || sandbox != null;
    boolean limited = !limits.equals(Limits.NONE);
    if (!limited && !noNewPrivs && wanted.parentDeathSignal() == null) {
      return;
    }
    int errno = ExecCheck.errno(command, spec.cwd());
    if (!Files.isDirectory(spec.cwd())) {
      errno = Files.exists(spec.cwd()) ? Errno.ENOTDIR : Errno.ENOENT;
    }
    if (errno != 0) {
      throw new ChildLimits.Refused(StartFailures.of(spec, command, errno));
    }
    if (spec.executable() != null) {
      argv = new ArrayList<>(spec.argv());
      argv.set(0, spec.executable());
    }
    if (limited) {
      if (tools.noLimits() != null) {
        throw other("limits: expected none; the service cannot set any: " + tools.noLimits());
      }
      stage(tools.limiting(ChildLimits.options(limits), argv));
    }
    if (noNewPrivs || wanted.parentDeathSignal() != null) {
      stage(tools.privileges(noNewPrivs, wanted.parentDeathSignal(), sandbox != null, argv));
    }
    if (sandbox != null) {
      enter(posixSpawn, forest, tools, sandbox);
    }
  }

  private void stage(List<String> longer) {
    argv = longer;
    stages = Stream.concat(stages.stream(), Stream.of(longer)).toList();
  }

  /**
   * What the sandbox shows as the writable folder must be what was judged, whatever moved since.
   */
  private void enter(PosixSpawn posixSpawn, Forest forest, Tools tools, Sandbox sandbox)
      throws ChildLimits.Refused {
    try {
      Path cwd = folder == null ? spec.cwd().toRealPath() : folder.real();
      boolean own = sandbox.writable() != null && sandbox.writable().equals(spec.cwd());
      Path writable = own || sandbox.writable() == null ? null : sandbox.writable().toRealPath();
      Sandbox real = new Sandbox(sandbox.network(), own ? cwd : writable);
      holder = SandboxHolder.build(posixSpawn, forest, tools.bwrap(), real, cwd);
      if (folder != null && !holder.shows(cwd, Path.of(folder.path()))) {
        throw other(spec.cwd() + " is another folder by now");
      }
      stage(tools.entering(holder, sandbox.network(), cwd, argv));
    } catch (SandboxHolder.Failed | IOException e) {
      throw other("sandbox: it could not be built: " + e.getMessage());
    }
  }

  private static ChildLimits.Refused other(String message) {
    return new ChildLimits.Refused(new StartFailure(StartFailure.Kind.OTHER, null, message));
  }

  /** The file to execute. */
  String path() {
    return stages.isEmpty() ? command : argv.getFirst();
  }

  List<String> argv() {
    return argv;
  }

  /** The working directory to start in. */
  String cwd() {
    return folder == null ? spec.cwd().toString() : folder.path();
  }

  /**
   * Waits until the command was executed; a start that is not confined is over already.
   *
   * @param pidfd of the process
   * @throws ChildLimits.Refused if it could not be; the process has ended
   */
  void await(int pid, int pidfd) throws ChildLimits.Refused {
    while (!stages.isEmpty()) {
      if (Processes.peek(pidfd) instanceof Processes.Wait.Ended(Processes.Exit exit)) {
        checkExecuted(pid, exit);
        break;
      }
      if (!isBeforeCommand(pid)) {
        break;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
    close();
  }

  private boolean isBeforeCommand(int pid) {
    String name = name(pid);
    if (stages.stream().noneMatch(stage -> name.equals(nameOf(stage.getFirst())))) {
      return false;
    }
    byte[] arguments = bytes(pid, "cmdline");
    return arguments.length == 0
        || stages.stream().anyMatch(stage -> Arrays.equals(arguments, joined(stage)));
  }

  private static byte[] joined(List<String> argv) {
    return (String.join("\0", argv) + "\0").getBytes(StandardCharsets.UTF_8);
  }

  /** A dead process has its name still: the last that it was executed by. */
  private void checkExecuted(int pid, Processes.Exit exit) throws ChildLimits.Refused {
    String name = name(pid);
    boolean stage = stages.stream().anyMatch(it -> name.equals(nameOf(it.getFirst())));
    if (!stage || name.equals(nameOf(command))) {
      return;
    }
    if (exit.signaled()) {
      throw other("it was ended by " + Signal.nameOf(exit.status()) + " before the command ran");
    }
    boolean last = name.equals(nameOf(stages.getFirst().getFirst()));
    if (last && (exit.status() == NOT_FOUND || exit.status() == CANNOT_EXECUTE)) {
      throw new ChildLimits.Refused(
          spec.confinement().sandbox() == null
              ? StartFailures.of(
                  spec, command, exit.status() == NOT_FOUND ? Errno.ENOENT : refusal())
              : new StartFailure(
                  exit.status() == NOT_FOUND
                      ? StartFailure.Kind.NOT_FOUND
                      : StartFailure.Kind.PERMISSION,
                  exit.status() == NOT_FOUND ? "ENOENT" : "EACCES",
                  (exit.status() == NOT_FOUND ? "ENOENT" : "EACCES")
                      + ": the sandbox has no "
                      + command
                      + " to execute"));
    }
    if (last && !limits.equals(Limits.NONE)) {
      throw ChildLimits.refused(limits);
    }
    throw other(name + " exited with " + exit.status() + " before the command ran");
  }

  /** Why there is no executing a file that is there. */
  private int refusal() {
    int errno = ExecCheck.errno(command, spec.cwd());
    return errno != 0 ? errno : limits.memoryBytes() != null ? Errno.ENOMEM : Errno.EACCES;
  }

  private static String nameOf(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.substring(0, Math.min(name.length(), NAME_LENGTH));
  }

  private static String name(int pid) {
    return new String(bytes(pid, "comm"), StandardCharsets.UTF_8).strip();
  }

  /** A child of ours is there until we reap it: what cannot be read wants a free descriptor. */
  private static byte[] bytes(int pid, String file) {
    Path path = Path.of("/proc", Integer.toString(pid), file);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
      try {
        return Files.readAllBytes(path);
      } catch (IOException e) {
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
    return new byte[0];
  }

  /** Lets go of what the start needed. */
  @Override
  public void close() {
    if (folder != null) {
      folder.close();
      folder = null;
    }
    if (holder != null) {
      holder.close();
      holder = null;
    }
  }
}
