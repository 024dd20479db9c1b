package io.headcount.child;

import io.headcount.child.ChildSpec.Confinement;
import io.headcount.child.ChildSpec.Descendants;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.ChildSpec.OutputFile;
import io.headcount.child.ChildSpec.Stdin;
import io.headcount.child.ChildSpec.Terminal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** What a test starts: a real command, and how. */
record Command(
    List<String> argv,
    Path cwd,
    Map<String, String> env,
    Stdin stdin,
    Descendants descendants,
    StopOrder stop,
    Limits limits,
    Terminal terminal,
    Confinement confinement,
    OutputFile outputFile) {
  private static final AtomicInteger COOKIES = new AtomicInteger();
  private static final Map<String, String> ENV = Map.of("PATH", "/usr/local/bin:/usr/bin:/bin");

  static Command of(String... argv) {
    return new Command(
        List.of(argv),
        Path.of("/"),
        ENV,
        new Stdin.Closed(),
        Descendants.KILL,
        term(Duration.ofSeconds(5)),
        Limits.NONE,
        null,
        Confinement.NONE,
        null);
  }

  static Command sh(String script) {
    return of("sh", "-c", script);
  }

  static StopOrder term(Duration grace) {
    return new StopOrder(Signal.SIGTERM, grace.toNanos());
  }

  static StopOrder kill() {
    return new StopOrder(Signal.SIGKILL, 0);
  }

  Command in(Path folder) {
    return new Command(
        argv, folder, env, stdin, descendants, stop, limits, terminal, confinement, outputFile);
  }

  Command with(Map<String, String> environment) {
    return new Command(
        argv,
        cwd,
        environment,
        stdin,
        descendants,
        stop,
        limits,
        terminal,
        confinement,
        outputFile);
  }

  Command reading(Stdin source) {
    return new Command(
        argv, cwd, env, source, descendants, stop, limits, terminal, confinement, outputFile);
  }

  Command piped() {
    return reading(new Stdin.Pipe());
  }

  Command keeping() {
    return new Command(
        argv, cwd, env, stdin, Descendants.KEEP, stop, limits, terminal, confinement, outputFile);
  }

  Command limited(Limits wanted) {
    return new Command(
        argv, cwd, env, stdin, descendants, stop, wanted, terminal, confinement, outputFile);
  }

  Command confined(Confinement wanted) {
    return new Command(
        argv, cwd, env, stdin, descendants, stop, limits, terminal, wanted, outputFile);
  }

  Command onTerminal() {
    return new Command(
        argv,
        cwd,
        env,
        new Stdin.Pipe(),
        descendants,
        stop,
        limits,
        new Terminal(120, 30, "xterm-256color"),
        confinement,
        outputFile);
  }

  Command writingTo(String file) {
    return writingTo(new OutputFile(file, null));
  }

  Command writingTo(OutputFile file) {
    return new Command(
        argv, cwd, env, stdin, descendants, stop, limits, terminal, confinement, file);
  }

  /** The same as it is unless it asks for something else. */
  Command confinedUnlessAsked(Limits limited, Confinement wanted) {
    return confined(confinement.equals(Confinement.NONE) ? wanted : confinement)
        .limited(limits.equals(Limits.NONE) ? limited : limits);
  }

  /** The cookie is part of the environment, as the supervisor's is. */
  ChildSpec spec() {
    String cookie = "contract-" + COOKIES.incrementAndGet();
    Map<String, String> all = new java.util.LinkedHashMap<>(env);
    all.put(ChildSpec.COOKIE, cookie);
    return new ChildSpec(
        argv,
        cwd,
        all,
        cookie,
        stdin,
        descendants,
        stop,
        limits,
        terminal,
        null,
        confinement,
        outputFile);
  }
}
