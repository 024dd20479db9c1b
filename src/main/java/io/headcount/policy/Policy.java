package io.headcount.policy;

import io.headcount.supervisor.ProcessSupervisor;
import io.headcount.supervisor.RunSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What may be run, and by whom. Commands that have a name are what their templates say, and nothing
 * else is asked of them; all that follows judges free ones. Immutable.
 */
public final class Policy {
  private static final Path SHELL = Path.of("/bin/sh");
  private static final String PREFIX = "headcount.policy.";

  private final boolean shell;
  private final boolean free;
  private final boolean inWorkspace;
  private final Path workspace;
  private final ExecutableRules executables;
  private final EnvironmentRules environment;
  private final Forced forced;
  private final Map<String, CommandTemplate> commands;

  /**
   * A policy.
   *
   * @param shell whether lines for the shell are allowed
   * @param free whether programs with arguments of the caller's choice are allowed
   * @param inWorkspace whether working directories must be in the workspace
   * @param workspace the workspace
   * @param forced what every command is kept from
   * @param commands by name
   * @throws PolicyException if it contradicts itself
   */
  public Policy(
      boolean shell,
      boolean free,
      boolean inWorkspace,
      Path workspace,
      ExecutableRules executables,
      EnvironmentRules environment,
      Forced forced,
      Map<String, CommandTemplate> commands) {
    if (shell && !free) {
      throw new PolicyException(
          "shell", "allow", "The shell runs whatever free=deny forbids: expected deny with it.");
    }
    this.shell = shell;
    this.free = free;
    this.inWorkspace = inWorkspace;
    this.workspace = workspace;
    this.executables = executables;
    this.environment = environment;
    this.forced = forced;
    this.commands = Collections.unmodifiableMap(new LinkedHashMap<>(commands));
  }

  /** Whether a role may run programs of its choice, those that the rules leave it. */
  public boolean allowsFree(Role role) {
    return free && role.runs();
  }

  /** Whether a role may run lines of shell. */
  public boolean allowsShell(Role role) {
    return shell && role.runs() && (executables.isEmpty() || permits(SHELL, role));
  }

  private boolean permits(Path file, Role role) {
    Path real = real(file);
    return real != null && executables.permit(real, role);
  }

  /** Where a path leads, as far as there is anything; null if nobody can tell where a link does. */
  private static @Nullable Path reach(Path path) {
    for (Path at = path; at != null; at = at.getParent()) {
      Path real = real(at);
      if (real != null || Files.isSymbolicLink(at)) {
        return real;
      }
    }
    return null;
  }

  private static @Nullable Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) { // there is none, or none for us
      return null;
    }
  }

  /** The commands that a role may run. */
  public List<CommandTemplate> commands(Role role) {
    return role.runs()
        ? commands.values().stream().filter(it -> role.isGranted(it.roles())).toList()
        : List.of();
  }

  /**
   * Finds a command.
   *
   * @throws ForbiddenException if there is none that the role may run
   */
  public CommandTemplate command(String name, Role role) {
    return commands(role).stream()
        .filter(command -> command.name().equals(name))
        .findAny()
        .orElseThrow(() ->
            new ForbiddenException(
                "/command",
                PREFIX + "commands",
                "There is no command of this name that you may run; see GET /v1/commands."));
  }

  /**
   * Judges the kind of a free command, before anything of it is looked at.
   *
   * @throws ForbiddenException if it is not allowed
   */
  public void checkKind(boolean isShell, Role role) {
    if (!role.runs()) {
      throw new ForbiddenException(
          isShell ? "/shell" : "/argv", "role", "The role " + role.label() + " runs nothing.");
    }
    if (isShell && !shell) {
      throw new ForbiddenException(
          "/shell",
          PREFIX + "shell",
          "Lines of shell are not allowed (headcount.policy.shell); see GET /v1/commands.");
    }
    if (!isShell && !free) {
      throw new ForbiddenException(
          "/argv",
          PREFIX + "free",
          "Free commands are not allowed (headcount.policy.free); see GET /v1/commands.");
    }
  }

  /**
   * Adds what every command is kept from.
   *
   * @throws ForbiddenException if a free command asks for less
   */
  public RunSpec confined(RunSpec spec) {
    return forced.on(spec);
  }

  /**
   * Judges where a free command is to run, before it is looked at whether there is such a place:
   * what there is outside of the workspace is not to be found out.
   *
   * @throws ForbiddenException if that is outside of it
   */
  public void checkPlace(@Nullable String cwd) {
    if (inWorkspace && cwd != null) {
      Path place;
      try {
        place = workspace.resolve(cwd).normalize();
      } catch (InvalidPathException e) {
        return; // it is no place, as who looks next says
      }
      Path _ = checkFolder(reach(place));
    }
  }

  /**
   * Judges a free command that is valid.
   *
   * @param plans tells what it would execute, and where
   * @return the command, tied to the file and the folder that were judged where rules ask for it
   * @throws ForbiddenException if it is not allowed
   */
  public RunSpec check(RunSpec spec, Role role, Function<RunSpec, ProcessSupervisor.Plan> plans) {
    environment.check("env", spec.env());
    environment.check("secretEnv", spec.secretEnv());
    if (spec.output().file() != null && !executables.isEmpty()) {
      throw new ForbiddenException(
          "/output/file",
          PREFIX + "executables",
          "With rules for programs only named commands write to a file: what it is appended to"
              + " could be run (headcount.policy.executables).");
    }
    if (executables.isEmpty() && !inWorkspace) {
      return spec;
    }
    ProcessSupervisor.Plan plan = plans.apply(spec);
    RunSpec judged = spec;
    if (!executables.isEmpty()) {
      judged = judged.executing(executable(spec, plan.executable(), role).toString());
    }
    if (!inWorkspace) {
      return judged;
    }
    Path folder = checkFolder(real(plan.cwd()));
    checkFile(spec.output().file(), folder);
    return judged.inWorkspace(folder.toString());
  }

  private Path executable(RunSpec spec, @Nullable Path found, Role role) {
    String pointer = spec.command() instanceof RunSpec.Command.Shell ? "/shell" : "/argv/0";
    Path file = found == null ? null : real(found);
    if (file == null || !executables.permit(file, role)) {
      throw new ForbiddenException(
          pointer,
          PREFIX + "executables",
          "Expected a program that you may run, links followed (headcount.policy.executables).");
    }
    return file;
  }

  private Path checkFolder(@Nullable Path real) {
    Path root = real(workspace);
    if (real == null || root == null || !real.startsWith(root)) {
      throw new ForbiddenException(
          "/cwd", PREFIX + "cwd", "Expected a directory in the workspace, links followed.");
    }
    return real;
  }

  /** By its name; where links lead is seen when it is opened. */
  private void checkFile(@Nullable String file, Path folder) {
    if (file == null) {
      return;
    }
    Path wanted = folder.resolve(file).normalize();
    Path root = real(workspace);
    if (!wanted.startsWith(workspace) && (root == null || !wanted.startsWith(root))) {
      throw new ForbiddenException(
          "/output/file", PREFIX + "cwd", "Expected a file in the workspace.");
    }
  }
}
