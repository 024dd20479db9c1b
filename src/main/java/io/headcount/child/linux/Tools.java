package io.headcount.child.linux;

import io.headcount.child.ChildSpec.Sandbox;
import io.headcount.child.Means;
import io.headcount.child.Signal;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.PosixSpawn;
import io.headcount.child.linux.libc.Processes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The programs by which commands are confined, each tried once, for real: {@code prlimit}, {@code
 * setpriv} and {@code nsenter} of util-linux, and {@code bwrap} of bubblewrap. All but the last do
 * their work on themselves and then execute what they were given in their place.
 */
final class Tools {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final String TRUE = find("true");

  private final String prlimit = find("prlimit");
  private final String setpriv = find("setpriv");
  private final String nsenter = find("nsenter");
  private final String bwrap = find("bwrap");
  private final boolean root = isRoot();
  private final @Nullable String noLimits;
  private final Map<Means, String> lacking = new EnumMap<>(Means.class);

  private Tools(PosixSpawn posixSpawn) {
    noLimits = problem(posixSpawn, List.of(prlimit, "--core=0:0", "--", TRUE));
    note(Means.NO_NEW_PRIVS, problem(posixSpawn, privileges(true, null, false, List.of(TRUE))));
    note(
        Means.PARENT_DEATH_SIGNAL,
        problem(posixSpawn, privileges(false, Signal.SIGKILL, false, List.of(TRUE))));
    note(
        Means.SANDBOX,
        lacking.containsKey(Means.NO_NEW_PRIVS)
            ? lacking.get(Means.NO_NEW_PRIVS)
            : sandboxProblem(posixSpawn));
  }

  /** Looks for them in the PATH of the service and tries what they can. */
  static Tools tried() {
    return new Tools(new PosixSpawn());
  }

  private static String find(String program) {
    return Executables.find(program, System.getenv("PATH"), Path.of("/"));
  }

  private static boolean isRoot() {
    Integer user = Proc.user((int) ProcessHandle.current().pid());
    return user != null && user == 0;
  }

  private void note(Means means, @Nullable String problem) {
    if (problem != null) {
      lacking.put(means, problem);
    }
  }

  private @Nullable String sandboxProblem(PosixSpawn posixSpawn) {
    Path cwd = Path.of("/");
    try (SandboxHolder holder =
        SandboxHolder.build(posixSpawn, new Forest(), bwrap, new Sandbox(false, null), cwd)) {
      return problem(
          posixSpawn, entering(holder, false, cwd, privileges(true, null, true, List.of(TRUE))));
    } catch (SandboxHolder.Failed e) {
      return e.getMessage();
    }
  }

  /** Why a command line does not end well; null if it does. */
  private static @Nullable String problem(PosixSpawn posixSpawn, List<String> argv) {
    String program = argv.getFirst();
    int nothing = Libc.open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC);
    int pid =
        posixSpawn.spawn(
            program,
            argv,
            Map.of("PATH", "/usr/bin:/bin"),
            "/",
            new PosixSpawn.Stdio.Pipes(nothing, nothing, nothing));
    Libc.close(nothing);
    if (pid < 0) {
      return program + ": " + Errno.name(-pid);
    }
    Processes.Wait wait = await(pid);
    if (wait instanceof Processes.Wait.Ended(Processes.Exit exit)
        && !exit.signaled()
        && exit.status() == 0) {
      return null;
    }
    return "\"" + String.join(" ", argv) + "\" ended with " + wait;
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

  String bwrap() {
    return bwrap;
  }

  /** Why no limits can be set, null if they can. */
  @Nullable String noLimits() {
    return noLimits;
  }

  Optional<String> lacks(Means means) {
    return Optional.ofNullable(lacking.get(means));
  }

  /** For {@code /v1/info} and the log. */
  Map<String, String> capabilities() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("limits", told(noLimits));
    all.put("noNewPrivs", told(lacking.get(Means.NO_NEW_PRIVS)));
    all.put("parentDeathSignal", told(lacking.get(Means.PARENT_DEATH_SIGNAL)));
    all.put("sandbox", told(lacking.get(Means.SANDBOX)));
    return all;
  }

  private static String told(@Nullable String problem) {
    return problem == null ? "yes" : "no (" + problem + ")";
  }

  /** Sets limits, then executes {@code argv}. */
  List<String> limiting(List<String> options, List<String> argv) {
    return joined(prlimit, options, argv);
  }

  /**
   * Gives up privileges, then executes {@code argv}.
   *
   * @param sandboxed in a sandbox, which one with the capabilities that root has there could undo;
   *     others have lost theirs by then
   */
  List<String> privileges(
      boolean noNewPrivs, @Nullable Signal parentDeath, boolean sandboxed, List<String> argv) {
    List<String> options = new ArrayList<>();
    if (sandboxed && root) {
      options.addAll(List.of("--inh-caps=-all", "--bounding-set=-all"));
    }
    if (noNewPrivs) {
      options.add("--no-new-privs");
    }
    if (parentDeath != null) {
      options.add("--pdeathsig=" + parentDeath.name().substring(3));
    }
    return joined(setpriv, options, argv);
  }

  /** Enters a sandbox, then executes {@code argv}, which must give up privileges first of all. */
  List<String> entering(SandboxHolder holder, boolean network, Path cwd, List<String> argv) {
    List<String> options = new ArrayList<>();
    options.add("--preserve-credentials");
    for (String kind :
        network ? List.of("user", "mnt", "ipc") : List.of("user", "mnt", "ipc", "net")) {
      options.add((kind.equals("mnt") ? "--mount" : "--" + kind) + "=" + holder.namespace(kind));
    }
    options.add("--wdns=" + cwd);
    return joined(nsenter, options, argv);
  }

  private static List<String> joined(String program, List<String> options, List<String> argv) {
    List<String> all = new ArrayList<>(List.of(program));
    all.addAll(options);
    all.add("--");
    all.addAll(argv);
    return all;
  }
}
