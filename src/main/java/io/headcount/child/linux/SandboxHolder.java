package io.headcount.child.linux;

import io.headcount.child.ChildSpec.Sandbox;
import io.headcount.child.Signal;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.NativeBuffer;
import io.headcount.child.linux.libc.Processes;
import io.headcount.child.linux.libc.Spawn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox with nobody in it but a shell that waits: bubblewrap builds it and keeps it until the
 * command has entered. The command is no child of bubblewrap, which would hide how it ended (it
 * says 128+n for a signal) and keep it from the terminal. Closing ends the shell and bubblewrap;
 * the sandbox lives on for as long as somebody is in it.
 */
final class SandboxHolder implements AutoCloseable {
  /** Folders that are the sandbox's own, and empty. */
  private static final List<Path> PRIVATE =
      List.of(Path.of("/tmp"), Path.of("/dev"), Path.of("/dev/shm"));

  /** What every program may expect of {@code /dev}; disks are not among them. */
  private static final List<String> DEVICES =
      List.of("null", "zero", "full", "random", "urandom", "tty");

  private static final Map<String, String> LINKS =
      Map.of(
          "/proc/self/fd", "fd",
          "/proc/self/fd/0", "stdin",
          "/proc/self/fd/1", "stdout",
          "/proc/self/fd/2", "stderr");

  /** Where sockets are by which others could be asked for what the network was taken for. */
  private static final Path SOCKETS = Path.of("/run");

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Forest forest;
  private final int bwrap;
  private final int stdin;
  private final int shell;

  private SandboxHolder(Forest forest, int bwrap, int stdin, int shell) {
    this.forest = forest;
    this.bwrap = bwrap;
    this.stdin = stdin;
    this.shell = shell;
  }

  /** It could not be built; the message says why. */
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;
    private final int errno;

    Failed(String message) {
      this(message, 0);
    }

    /** One of which the kernel said why. */
    Failed(String message, int errno) {
      super(message, null, false, false);
      this.errno = errno;
    }

    /** 0 if nobody knows. */
    int errno() {
      return errno;
    }
  }

  /**
   * Builds one.
   *
   * @param forest is told that bubblewrap is no run's
   * @param program bubblewrap
   * @param cwd a folder to be seen in it even if it is where folders are hidden, without links
   * @param terminal of the command, the only one that is seen; null for none
   */
  static SandboxHolder build(
      Spawn spawn,
      Forest forest,
      String program,
      Sandbox sandbox,
      Path cwd,
      @Nullable String terminal)
      throws Failed {
    List<String> argv = arguments(program, sandbox, cwd, terminal);
    int[] in = new int[2];
    int[] out = new int[2];
    int result = Libc.pipe2(in, Libc.O_CLOEXEC);
    if (result < 0) {
      throw new Failed("pipe2: " + Errno.name(-result), -result);
    }
    result = Libc.pipe2(out, Libc.O_CLOEXEC);
    if (result < 0) {
      Libc.close(in[0]);
      Libc.close(in[1]);
      throw new Failed("pipe2: " + Errno.name(-result), -result);
    }
    Spawn.Outcome outcome =
        forest.helper(() ->
            spawn.start(
                program,
                argv,
                Map.of("PATH", "/usr/bin:/bin"),
                Spawn.Setup.of(new Spawn.Stdio.Pipes(in[0], out[1], out[1]))));
    Libc.close(in[0]);
    Libc.close(out[1]);
    try {
      if (!(outcome instanceof Spawn.Outcome.Started(int pid, int pidfd))) {
        Libc.close(in[1]);
        int errno = outcome instanceof Spawn.Outcome.Failed failed ? failed.errno() : 0;
        throw new Failed(program + ": " + Errno.name(errno), errno);
      }
      Libc.close(pidfd);
      String said = firstLine(out[0]);
      try {
        return new SandboxHolder(forest, pid, in[1], Integer.parseInt(said));
      } catch (NumberFormatException e) {
        new SandboxHolder(forest, pid, in[1], 0).close();
        throw new Failed(said.isEmpty() ? program + " said nothing in 10 s" : said);
      }
    } finally {
      Libc.close(out[0]);
    }
  }

  private static List<String> arguments(
      String program, Sandbox sandbox, Path cwd, @Nullable String terminal) throws Failed {
    List<String> all = new ArrayList<>(List.of(program, "--unshare-user", "--unshare-ipc"));
    if (!sandbox.network()) {
      all.add("--unshare-net");
    }
    all.addAll(List.of("--cap-drop", "ALL", "--ro-bind", "/", "/"));
    List<Path> hidden = new ArrayList<>(PRIVATE);
    if (!sandbox.network()) {
      hidden.add(SOCKETS);
    }
    hidden.forEach(folder -> all.addAll(List.of("--tmpfs", folder.toString())));
    DEVICES.forEach(name -> all.addAll(List.of("--dev-bind-try", "/dev/" + name, "/dev/" + name)));
    if (terminal != null) {
      all.addAll(List.of("--dev-bind", terminal, terminal));
    }
    LINKS.forEach((target, name) -> all.addAll(List.of("--symlink", target, "/dev/" + name)));
    if (hidden.stream().anyMatch(folder -> cwd.startsWith(folder) && !cwd.equals(folder))) {
      all.addAll(List.of("--ro-bind", cwd.toString(), cwd.toString()));
    }
    Path writable = sandbox.writable();
    if (writable != null) {
      if (PRIVATE.getFirst().startsWith(writable)) {
        throw new Failed(writable + " cannot be written to in a sandbox: it would be none");
      }
      all.addAll(List.of("--bind", writable.toString(), writable.toString()));
    }
    all.addAll(List.of("--", "/bin/sh", "-c", "echo $$; read -r line"));
    return all;
  }

  /** What comes first: the shell's pid, or what bubblewrap complains of. */
  private static String firstLine(int fd) {
    Libc.setFlags(fd, Libc.O_NONBLOCK);
    NativeBuffer buffer = new NativeBuffer(512);
    StringBuilder text = new StringBuilder();
    long until = System.nanoTime() + PATIENCE_NANOS;
    while (text.indexOf("\n") < 0 && System.nanoTime() - until < 0) {
      int length = Libc.read(fd, buffer);
      if (length == 0) {
        break;
      }
      if (length > 0) {
        text.append(StandardCharsets.UTF_8.decode(buffer.view(length)));
      } else {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100));
      }
    }
    return text.toString().lines().findFirst().orElse("").strip();
  }

  /** A process that is in it. */
  int shell() {
    return shell;
  }

  /** Whether a path leads there to the same folder as here. */
  boolean shows(Path path, Path folder) {
    Object here = identity(folder);
    return here != null && here.equals(identity(Path.of("/proc/" + shell + "/root" + path)));
  }

  private static @Nullable Object identity(Path folder) {
    try {
      return Files.readAttributes(folder, "unix:dev,ino");
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public void close() {
    Libc.close(stdin);
    await(bwrap);
    forest.removeHelper(bwrap);
  }

  /** Waits for a child of ours, and ends one that takes too long. */
  static Processes.Wait await(int pid) {
    long until = System.nanoTime() + PATIENCE_NANOS;
    Processes.Wait wait = Processes.reapPid(pid);
    while (wait instanceof Processes.Wait.Alive) {
      if (System.nanoTime() - until > 0) {
        Processes.kill(pid, Signal.SIGKILL.number());
      }
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
      wait = Processes.reapPid(pid);
    }
    return wait;
  }
}
