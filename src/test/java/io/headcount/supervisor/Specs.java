package io.headcount.supervisor;

import io.headcount.child.ChildSpec.Descendants;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.ChildSpec.Stdin;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Requests that differ from the plainest in one thing. */
final class Specs {
  private Specs() {}

  static RunSpec.Command shell(String line) {
    return new RunSpec.Command.Shell(line);
  }

  static RunSpec timeout(List<String> argv, long ms) {
    return timeouts(new RunSpec.Command.Argv(argv), ms, null, null);
  }

  static RunSpec timeouts(
      RunSpec.Command command,
      @Nullable Long overall,
      @Nullable Long noOutput,
      @Nullable Long queue) {
    return plainBut(command, its -> its.timeouts = new RunSpec.Timeouts(overall, noOutput, queue));
  }

  static RunSpec scoped(RunSpec.Command command, String scope, boolean replace) {
    return plainBut(
        command,
        its -> {
          its.scopeKey = scope;
          its.replaceExistingScope = replace;
        });
  }

  static RunSpec keeping(RunSpec.Command command) {
    return plainBut(command, its -> its.descendants = Descendants.KEEP);
  }

  static RunSpec output(RunSpec.Command command, @Nullable Long retain, @Nullable Long max) {
    return plainBut(command, its -> its.output = new RunSpec.Output(retain, max));
  }

  /** Output appended to a file by the command itself. */
  static RunSpec toFile(RunSpec.Command command, Path file, Limits limits) {
    return plainBut(
        command,
        its -> {
          its.limits = limits;
          its.output = new RunSpec.Output(null, null, false, file.toString());
        });
  }

  static RunSpec with(
      RunSpec.Command command,
      @Nullable String cwd,
      Map<String, @Nullable String> env,
      Stdin stdin,
      Limits limits) {
    return plainBut(
        command,
        its -> {
          its.cwd = cwd;
          its.env = env;
          its.stdin = stdin;
          its.limits = limits;
        });
  }

  private static RunSpec plainBut(RunSpec.Command command, Consumer<Parts> change) {
    Parts parts = new Parts(RunSpec.of(command));
    change.accept(parts);
    return parts.spec();
  }

  /** What tests change of the plainest. */
  private static final class Parts {
    private final RunSpec plain;
    private @Nullable String cwd;
    private Map<String, @Nullable String> env;
    private Stdin stdin;
    private RunSpec.Timeouts timeouts;
    private Descendants descendants;
    private @Nullable String scopeKey;
    private boolean replaceExistingScope;
    private Limits limits;
    private RunSpec.Output output;

    Parts(RunSpec plain) {
      this.plain = plain;
      cwd = plain.cwd();
      env = plain.env();
      stdin = plain.stdin();
      timeouts = plain.timeouts();
      descendants = plain.descendants();
      scopeKey = plain.scopeKey();
      replaceExistingScope = plain.replaceExistingScope();
      limits = plain.limits();
      output = plain.output();
    }

    RunSpec spec() {
      return new RunSpec(
          plain.command(),
          plain.name(),
          cwd,
          env,
          stdin,
          timeouts,
          plain.stop(),
          descendants,
          scopeKey,
          replaceExistingScope,
          plain.labels(),
          limits,
          output,
          plain.terminal(),
          plain.owner(),
          plain.secretEnv(),
          plain.executable(),
          plain.confinement());
    }
  }
}
