package io.headcount.supervisor;

import io.headcount.child.ChildAdapter;
import io.headcount.child.ChildSpec;
import io.headcount.child.ChildSpec.Stdin;
import io.headcount.child.ChildSpec.Terminal;
import io.headcount.child.Means;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Says what is wrong with a request, all of it at once, before anything is opened or started. */
final class RunSpecValidator {
  /** A third of what Linux lets arguments and environment take at most (6 MiB). */
  private static final long MAX_COMMAND = 1L << 21;

  private static final long MAX_MS = 1L << 53;
  private static final long MAX_GRACE_MS = 60_000;
  private static final long MAX_CPU_WEIGHT = 10_000;
  private static final int MAX_NAME = 256;
  private static final int MAX_LABELS = 64;

  /** Longer ones the kernel never takes, and the record of a run would hold them. */
  private static final int MAX_PATH = 4096;

  private final ChildAdapter adapter;
  private final Path workspace;

  RunSpecValidator(ChildAdapter adapter, Path workspace) {
    this.adapter = adapter;
    this.workspace = workspace;
  }

  /**
   * Checks a request.
   *
   * @return the absolute working directory
   * @throws SupervisorException.Invalid naming every field that is not as expected
   */
  Path check(RunSpec spec) {
    List<Violation> found = new ArrayList<>();
    checkCommand(spec.command(), found);
    checkSize(spec, found);
    checkText("/name", spec.name(), MAX_NAME, found);
    checkText("/scopeKey", spec.scopeKey(), MAX_NAME, found);
    if (spec.replaceExistingScope() && spec.scopeKey() == null) {
      found.add(new Violation("/replaceExistingScope", "expected a scopeKey with it, got none"));
    }
    checkEnv(spec.env(), found);
    checkSecretEnv(spec, found);
    checkLabels(spec.labels(), found);
    checkMs("/timeoutMs", spec.timeouts().overallMs(), MAX_MS, found);
    checkMs("/noOutputTimeoutMs", spec.timeouts().noOutputMs(), MAX_MS, found);
    checkMs("/queueTimeoutMs", spec.timeouts().queueMs(), MAX_MS, found);
    checkMs("/stop/graceMs", spec.stop().graceMs(), MAX_GRACE_MS, found);
    checkLimit("/limits/memoryBytes", spec.limits().memoryBytes(), found);
    checkLimit("/limits/cpuSeconds", spec.limits().cpuSeconds(), found);
    checkLimit("/limits/openFiles", spec.limits().openFiles(), found);
    checkLimit("/limits/processes", spec.limits().processes(), found);
    checkLimit("/limits/fileSizeBytes", spec.limits().fileSizeBytes(), found);
    checkCpuWeight(spec.limits().cpuWeight(), found);
    checkCore(spec.limits().coreBytes(), found);
    checkLimit("/output/retainBytes", spec.output().retainBytes(), found);
    checkLimit("/output/maxBytes", spec.output().maxBytes(), found);
    checkFile(spec, found);
    if (spec.terminal() != null) {
      checkTerminal(spec.terminal(), spec.stdin(), found);
    }
    Path cwd = checkCwd(spec.cwd(), found);
    checkConfinement(spec.confinement(), cwd, found);
    if (!found.isEmpty()) {
      throw new SupervisorException.Invalid(found);
    }
    return cwd;
  }

  /** More the kernel never takes, and the record of a run would hold it. */
  private static void checkSize(RunSpec spec, List<Violation> found) {
    long length = spec.commandLength();
    if (length > MAX_COMMAND) {
      String field = spec.command() instanceof RunSpec.Command.Shell ? "/shell" : "/argv";
      found.add(
          new Violation(
              field,
              "expected at most %d characters with the environment, got %d; send data through stdin"
                  .formatted(MAX_COMMAND, length)));
    }
  }

  private static void checkCpuWeight(@Nullable Long weight, List<Violation> found) {
    if (weight != null && (weight < 1 || weight > MAX_CPU_WEIGHT)) {
      found.add(new Violation("/limits/cpuWeight", "expected 1 to 10000, got " + weight));
    }
  }

  private static void checkCore(@Nullable Long bytes, List<Violation> found) {
    if (bytes != null && bytes < 0) {
      found.add(new Violation("/limits/coreBytes", "expected 0 or more, got " + bytes));
    }
  }

  private void checkConfinement(RunSpec.Confinement wanted, Path cwd, List<Violation> found) {
    if (Boolean.TRUE.equals(wanted.noNewPrivs())) {
      checkMeans(Means.NO_NEW_PRIVS, "/security/noNewPrivs", found);
    }
    if (wanted.parentDeathSignal() != null) {
      checkMeans(Means.PARENT_DEATH_SIGNAL, "/security/parentDeathSignal", found);
    }
    RunSpec.Sandbox sandbox = wanted.sandbox();
    if (sandbox == null) {
      return;
    }
    checkMeans(Means.SANDBOX, "/sandbox", found);
    if (sandbox.writable() == RunSpec.Writable.CWD && !isInWorkspace(cwd)) {
      found.add(
          new Violation(
              "/cwd",
              "expected a directory in the workspace, links followed, for a sandbox may write"
                  + " there; or choose writable nothing"));
    }
  }

  private void checkMeans(Means means, String pointer, List<Violation> found) {
    adapter
        .lacks(means)
        .ifPresent(why ->
            found.add(
                new Violation(pointer, "cannot be had here (capabilities of /v1/info): " + why)));
  }

  private boolean isInWorkspace(Path cwd) {
    try {
      return cwd.toRealPath().startsWith(workspace.toRealPath());
    } catch (IOException e) {
      return false;
    }
  }

  private static void checkCommand(RunSpec.Command command, List<Violation> found) {
    switch (command) {
      case RunSpec.Command.Argv(List<String> argv) -> {
        if (argv.isEmpty() || argv.getFirst().isEmpty()) {
          found.add(new Violation("/argv", "expected at least the command, got nothing"));
        }
        for (int i = 0; i < argv.size(); i++) {
          checkBytes("/argv/" + i, argv.get(i), found);
        }
      }
      case RunSpec.Command.Shell(String line) -> {
        if (line.isBlank()) {
          found.add(new Violation("/shell", "expected a command line, got a blank one"));
        }
        checkBytes("/shell", line, found);
      }
      case RunSpec.Command.Named _ -> {} // what it is made of was judged already
    }
  }

  private static void checkEnv(Map<String, @Nullable String> env, List<Violation> found) {
    env.forEach((name, value) -> {
      String pointer = "/env/" + escape(name);
      checkVariable(pointer, name, found);
      if (value != null) {
        checkBytes(pointer, value, found);
      }
    });
  }

  private static void checkSecretEnv(RunSpec spec, List<Violation> found) {
    for (String name : new TreeSet<>(spec.secretEnv().keySet())) {
      String pointer = "/secretEnv/" + escape(name);
      checkVariable(pointer, name, found);
      if (spec.env().containsKey(name)) {
        found.add(new Violation(pointer, "expected a variable that env does not name too"));
      }
    }
  }

  private static void checkVariable(String pointer, String name, List<Violation> found) {
    if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
      found.add(new Violation(pointer, "expected a variable name without '=' and NUL, not empty"));
    }
    if (name.equals(ChildSpec.COOKIE)) {
      found.add(new Violation(pointer, "is set by the service to know its processes"));
    }
  }

  private static void checkLabels(Map<String, String> labels, List<Violation> found) {
    if (labels.size() > MAX_LABELS) {
      found.add(new Violation("/labels", "expected at most 64 labels, got " + labels.size()));
    }
    labels.forEach((key, value) -> {
      String pointer = "/labels/" + escape(key);
      if (key.isBlank() || key.indexOf(':') >= 0 || key.length() > MAX_NAME) {
        found.add(
            new Violation(
                pointer, "expected a key of 1 to 256 characters without ':' (label=key:value)"));
      }
      checkText(pointer, value, MAX_NAME, found);
    });
  }

  private static void checkTerminal(Terminal terminal, Stdin stdin, List<Violation> found) {
    TerminalPort.checkSize("/tty", terminal.columns(), terminal.rows(), found);
    if (!terminal.term().matches("[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")) {
      found.add(
          new Violation("/tty/term", "expected the name of a terminal such as xterm-256color"));
    }
    if (!(stdin instanceof Stdin.Pipe)) {
      found.add(
          new Violation("/stdin/mode", "expected pipe or none: the input of a terminal is open"));
    }
  }

  /** The absolute working directory of a valid request. */
  Path cwd(RunSpec spec) {
    return cwd(spec.cwd());
  }

  private Path cwd(@Nullable String cwd) {
    return cwd == null ? workspace : workspace.resolve(cwd).normalize();
  }

  private Path checkCwd(@Nullable String cwd, List<Violation> found) {
    try {
      Path path = cwd(cwd);
      adapter.cwdProblem(path).ifPresent(problem -> found.add(new Violation("/cwd", problem)));
      return path;
    } catch (InvalidPathException e) {
      found.add(new Violation("/cwd", "expected a path, got " + e.getMessage()));
      return workspace;
    }
  }

  /** What is written to a file does not pass through here: what is asked of it cannot be done. */
  private static void checkFile(RunSpec spec, List<Violation> found) {
    RunSpec.Output output = spec.output();
    String file = output.file();
    if (file == null) {
      return;
    }
    try {
      checkText("/output/file", file, MAX_PATH, found);
      if (Path.of(file).getFileName() == null || file.isBlank() || file.endsWith("/")) {
        found.add(new Violation("/output/file", "expected the path of a file"));
      }
    } catch (InvalidPathException e) {
      found.add(new Violation("/output/file", "expected a path, got " + e.getMessage()));
    }
    refuse("/output/retainBytes", output.retainBytes() != null, "nothing is retained", found);
    refuse("/output/maxBytes", output.maxBytes() != null, "limits.fileSizeBytes ends it", found);
    refuse("/output/redact", output.redact(), "secrets stand there as written", found);
    Long silence = spec.timeouts().noOutputMs();
    refuse("/noOutputTimeoutMs", silence != null && silence > 0, "nobody hears it", found);
    refuse("/tty", spec.terminal() != null, "a terminal is another place for output", found);
  }

  private static void refuse(String field, boolean asked, String why, List<Violation> found) {
    if (asked) {
      found.add(new Violation(field, "goes with no output.file: " + why));
    }
  }

  private static void checkText(
      String pointer, @Nullable String text, int most, List<Violation> found) {
    if (text != null && text.length() > most) {
      found.add(
          new Violation(pointer, "expected at most " + most + " characters, got " + text.length()));
    }
  }

  /** What cannot be handed to a program as it is: a NUL byte, half a character. */
  private static void checkBytes(String pointer, String text, List<Violation> found) {
    int at = text.indexOf('\0');
    if (at >= 0) {
      found.add(new Violation(pointer, "expected no NUL byte, got one at character " + at));
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      found.add(new Violation(pointer, "expected Unicode text, got a surrogate without its pair"));
    }
  }

  private static void checkMs(
      String pointer, @Nullable Long value, long most, List<Violation> found) {
    if (value != null && (value < 0 || value > most)) {
      found.add(
          new Violation(pointer, "expected 0 (off) to " + most + " milliseconds, got " + value));
    }
  }

  private static void checkLimit(String pointer, @Nullable Long value, List<Violation> found) {
    if (value != null && value < 1) {
      found.add(new Violation(pointer, "expected 1 or more, got " + value));
    }
  }

  private static String escape(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }
}
