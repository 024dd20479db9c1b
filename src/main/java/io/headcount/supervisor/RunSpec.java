package io.headcount.supervisor;

import io.headcount.child.ChildSpec.Descendants;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.ChildSpec.Stdin;
import io.headcount.child.ChildSpec.Terminal;
import io.headcount.child.Signal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for. Spans are milliseconds; 0 is off, and null is the service's default.
 * Equal specs ask for the same run, byte for byte.
 *
 * @param command what to run
 * @param name a name for people
 * @param cwd the working directory, relative to the workspace if not absolute; null is the
 *     workspace
 * @param env environment variables to set; a null value removes one
 * @param stdin what the command reads
 * @param timeouts the three clocks of the run itself
 * @param stop how it is ended
 * @param descendants what becomes of descendants that outlive the leader
 * @param scopeKey groups runs; blank is none
 * @param replaceExistingScope whether to end the scope's other runs first
 * @param labels for finding runs
 * @param limits resource limits
 * @param output how much output to hold and to allow
 * @param terminal the terminal it runs on; null for pipes. Its input is open, so {@code stdin} is a
 *     pipe then
 * @param owner who asked for it; null when the service knows no callers
 * @param secretEnv environment variables to set, of values that are never shown
 * @param executable the file to execute, whatever the command's name would lead to; null is that
 * @param confinement what the command is kept from
 */
public record RunSpec(
    Command command,
    @Nullable String name,
    @Nullable String cwd,
    Map<String, @Nullable String> env,
    Stdin stdin,
    Timeouts timeouts,
    Stop stop,
    Descendants descendants,
    @Nullable String scopeKey,
    boolean replaceExistingScope,
    Map<String, String> labels,
    Limits limits,
    Output output,
    @Nullable Terminal terminal,
    @Nullable String owner,
    Map<String, Secret> secretEnv,
    @Nullable String executable,
    Confinement confinement) {
  /** What a string takes beside its characters. */
  private static final int STRING = 64;

  public RunSpec {
    env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    secretEnv = Map.copyOf(secretEnv);
    scopeKey = scopeKey == null || scopeKey.isBlank() ? null : scopeKey.strip();
  }

  /** A run of {@code argv} with nothing else asked for. */
  public static RunSpec of(List<String> argv) {
    return of(new Command.Argv(argv));
  }

  /** A run of {@code command} with nothing else asked for. */
  public static RunSpec of(Command command) {
    return new RunSpec(
        command,
        null,
        null,
        Map.of(),
        new Stdin.Closed(),
        Timeouts.DEFAULTS,
        Stop.DEFAULTS,
        Descendants.KILL,
        null,
        false,
        Map.of(),
        Limits.NONE,
        Output.DEFAULTS,
        null,
        null,
        Map.of(),
        null,
        Confinement.DEFAULTS);
  }

  /** Characters of the command and of what the request sets in its environment. */
  long commandLength() {
    long length = command.length();
    for (Map.Entry<String, @Nullable String> variable : env.entrySet()) {
      String value = variable.getValue();
      length += variable.getKey().length() + (value == null ? 0 : value.length());
    }
    return length;
  }

  /** About how many bytes of memory it takes, but for what is as short for any request. */
  long weight() {
    long strings = command.words().size() + 2L * env.size() + 2L * labels.size();
    long weight = strings * STRING + commandLength();
    for (Map.Entry<String, String> label : labels.entrySet()) {
      weight += label.getKey().length() + label.getValue().length();
    }
    return stdin instanceof Stdin.Inline inline ? weight + inline.bytes().length : weight;
  }

  /** What to run. */
  public sealed interface Command {
    /** A program and its arguments; no shell sees them. */
    record Argv(List<String> argv) implements Command {
      public Argv {
        argv = List.copyOf(argv);
      }
    }

    /** A line for {@code /bin/sh -c}. */
    record Shell(String line) implements Command {}

    /**
     * A command of the policy.
     *
     * @param parameters what its places were filled with
     * @param argv what came of it
     */
    record Named(String name, Map<String, Object> parameters, List<String> argv)
        implements Command {
      public Named {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        argv = List.copyOf(argv);
      }
    }

    /** How many characters it has. */
    default long length() {
      return words().stream().mapToLong(String::length).sum();
    }

    /** The program and its arguments. */
    default List<String> words() {
      return switch (this) {
        case Argv(List<String> argv) -> argv;
        case Shell(String line) -> List.of("/bin/sh", "-c", line);
        case Named(_, _, List<String> argv) -> argv;
      };
    }
  }

  /**
   * Clocks in milliseconds; null is the service's default, 0 is off.
   *
   * @param overallMs from before the start until the run is ended
   * @param noOutputMs since the last byte on either stream
   * @param queueMs how long it may wait for a place
   */
  public record Timeouts(
      @Nullable Long overallMs, @Nullable Long noOutputMs, @Nullable Long queueMs) {
    public static final Timeouts DEFAULTS = new Timeouts(null, null, null);
  }

  /**
   * How the run is ended; null is the service's default.
   *
   * @param signal the first signal
   * @param graceMs how long the tree may take before SIGKILL, 0 to 60,000
   */
  public record Stop(@Nullable Signal signal, @Nullable Long graceMs) {
    public static final Stop DEFAULTS = new Stop(null, null);
  }

  /**
   * What becomes of the output; bounds are bytes.
   *
   * @param retainBytes how much is held in memory; null is the service's default
   * @param maxBytes past it the run is ended; null is no bound
   * @param redact whether stars take the place of the run's secrets
   * @param file what the command appends it to, relative to the working directory if not absolute,
   *     and nobody else sees it; none of the others then. Null is the service
   */
  public record Output(
      @Nullable Long retainBytes, @Nullable Long maxBytes, boolean redact, @Nullable String file) {
    public static final Output DEFAULTS = new Output(null, null);

    /** Output as it is written. */
    public Output(@Nullable Long retainBytes, @Nullable Long maxBytes) {
      this(retainBytes, maxBytes, false, null);
    }
  }

  /**
   * What the command is kept from.
   *
   * @param noNewPrivs whether no program gains privileges; null is the service's default
   * @param parentDeathSignal what it gets when the service dies; null is none
   * @param sandbox null is none
   * @param inWorkspace whether the working directory must be in the workspace when it starts
   */
  public record Confinement(
      @Nullable Boolean noNewPrivs,
      @Nullable Signal parentDeathSignal,
      @Nullable Sandbox sandbox,
      boolean inWorkspace) {
    public static final Confinement DEFAULTS = new Confinement(null, null, null, false);
  }

  /**
   * A view of the machine of its own: files to read, an empty {@code /tmp}.
   *
   * @param network whether it has the machine's network
   * @param writable where it may write beside {@code /tmp}
   */
  public record Sandbox(boolean network, Writable writable) {
    /** No network, and the working directory to write to. */
    public static final Sandbox STRICT = new Sandbox(false, Writable.CWD);
  }

  /** Where a command in a sandbox may write. */
  public enum Writable {
    CWD,
    WORKSPACE,
    NOTHING
  }

  /** The same, executing this file whatever the command's name would lead to. */
  public RunSpec executing(String file) {
    return with(cwd, file, confinement);
  }

  /** The same in a folder of the workspace, which it must still be in when it starts. */
  public RunSpec inWorkspace(String folder) {
    return with(
        folder,
        executable,
        new Confinement(
            confinement.noNewPrivs(),
            confinement.parentDeathSignal(),
            confinement.sandbox(),
            true));
  }

  /** The same, kept from other things. */
  public RunSpec confined(Confinement other) {
    return with(cwd, executable, other);
  }

  private RunSpec with(@Nullable String folder, @Nullable String file, Confinement kept) {
    return new RunSpec(
        command,
        name,
        folder,
        env,
        stdin,
        timeouts,
        stop,
        descendants,
        scopeKey,
        replaceExistingScope,
        labels,
        limits,
        output,
        terminal,
        owner,
        secretEnv,
        file,
        kept);
  }

  /** Whether a filter on labels lets this run through: every pair is there. */
  public boolean hasLabels(Map<String, String> wanted) {
    return wanted.entrySet().stream()
        .allMatch(pair -> Objects.equals(labels.get(pair.getKey()), pair.getValue()));
  }
}
