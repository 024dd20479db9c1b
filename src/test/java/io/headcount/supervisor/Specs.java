package io.headcount.supervisor;

import io.headcount.child.ChildSpec.Descendants;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.ChildSpec.Stdin;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
    RunSpec plain = RunSpec.of(command);
    return new RunSpec(
        plain.command(),
        plain.name(),
        plain.cwd(),
        plain.env(),
        plain.stdin(),
        new RunSpec.Timeouts(overall, noOutput, queue),
        plain.stop(),
        plain.descendants(),
        plain.scopeKey(),
        plain.replaceExistingScope(),
        plain.labels(),
        plain.limits(),
        plain.output());
  }

  static RunSpec scoped(RunSpec.Command command, String scope, boolean replace) {
    RunSpec plain = RunSpec.of(command);
    return new RunSpec(
        plain.command(),
        plain.name(),
        plain.cwd(),
        plain.env(),
        plain.stdin(),
        plain.timeouts(),
        plain.stop(),
        plain.descendants(),
        scope,
        replace,
        plain.labels(),
        plain.limits(),
        plain.output());
  }

  static RunSpec keeping(RunSpec.Command command) {
    RunSpec plain = RunSpec.of(command);
    return new RunSpec(
        plain.command(),
        plain.name(),
        plain.cwd(),
        plain.env(),
        plain.stdin(),
        plain.timeouts(),
        plain.stop(),
        Descendants.KEEP,
        plain.scopeKey(),
        plain.replaceExistingScope(),
        plain.labels(),
        plain.limits(),
        plain.output());
  }

  static RunSpec output(RunSpec.Command command, @Nullable Long retain, @Nullable Long max) {
    RunSpec plain = RunSpec.of(command);
    return new RunSpec(
        plain.command(),
        plain.name(),
        plain.cwd(),
        plain.env(),
        plain.stdin(),
        plain.timeouts(),
        plain.stop(),
        plain.descendants(),
        plain.scopeKey(),
        plain.replaceExistingScope(),
        plain.labels(),
        plain.limits(),
        new RunSpec.Output(retain, max));
  }

  /** Output appended to a file by the command itself. */
  static RunSpec toFile(RunSpec.Command command, Path file, Limits limits) {
    RunSpec plain = RunSpec.of(command);
    return new RunSpec(
        plain.command(),
        plain.name(),
        plain.cwd(),
        plain.env(),
        plain.stdin(),
        plain.timeouts(),
        plain.stop(),
        plain.descendants(),
        plain.scopeKey(),
        plain.replaceExistingScope(),
        plain.labels(),
        limits,
        new RunSpec.Output(null, null, false, file.toString()));
  }

  static RunSpec with(
      RunSpec.Command command,
      @Nullable String cwd,
      Map<String, @Nullable String> env,
      Stdin stdin,
      Limits limits) {
    RunSpec plain = RunSpec.of(command);
    return new RunSpec(
        plain.command(),
        plain.name(),
        cwd,
        env,
        stdin,
        plain.timeouts(),
        plain.stop(),
        plain.descendants(),
        plain.scopeKey(),
        plain.replaceExistingScope(),
        plain.labels(),
        limits,
        plain.output());
  }
}
