package io.headcount.child.linux;

import io.headcount.child.ChildSpec.Sandbox;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.Processes;
import io.headcount.child.linux.libc.Spawn;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The program that builds sandboxes, {@code bwrap}, tried once for real: whether a command can be
 * executed in one.
 *
 * @param program its file
 * @param problem what keeps it from working here; null if nothing does
 */
record Bubblewrap(String program, @Nullable String problem) {

  /** Looks for it in the PATH of the service and tries it. */
  static Bubblewrap tried() {
    Path root = Path.of("/");
    String program = Executables.find("bwrap", System.getenv("PATH"), root);
    Spawn spawn = new Spawn();
    Sandbox sandbox = new Sandbox(false, null);
    try (SandboxHolder holder =
        SandboxHolder.build(spawn, new Forest(), program, sandbox, root, null)) {
      return new Bubblewrap(program, problem(spawn, holder, root));
    } catch (SandboxHolder.Failed e) {
      return new Bubblewrap(program, e.getMessage());
    }
  }

  private static @Nullable String problem(Spawn spawn, SandboxHolder holder, Path cwd) {
    int nothing = Libc.open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC);
    Spawn.Setup setup =
        new Spawn.Setup(
            new Spawn.Stdio.Pipes(nothing, nothing, nothing),
            new Spawn.Cwd.Named("/"),
            List.of(),
            Marks.NONE,
            null,
            true,
            0,
            new Spawn.Namespaces(holder.shell(), Confined.KINDS_WITHOUT_NETWORK, cwd.toString()));
    Spawn.Outcome outcome =
        spawn.start(
            "/bin/sh", List.of("sh", "-c", "exit 0"), Map.of("PATH", "/usr/bin:/bin"), setup);
    Libc.close(nothing);
    return switch (outcome) {
      case Spawn.Outcome.Failed(Spawn.Step step, int errno, var _) ->
          "entering a sandbox failed with " + Errno.name(errno) + " (" + step + ")";
      case Spawn.Outcome.Started(int pid, int pidfd) -> {
        Libc.close(pidfd);
        yield SandboxHolder.await(pid) instanceof Processes.Wait.Ended(Processes.Exit exit)
                && !exit.signaled()
                && exit.status() == 0
            ? null
            : "a command in a sandbox did not end well";
      }
    };
  }

  /** For {@code /v1/info} and the log. */
  String capability() {
    return problem == null ? "yes" : "no (" + problem + ")";
  }
}
