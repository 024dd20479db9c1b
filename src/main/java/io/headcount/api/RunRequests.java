package io.headcount.api;

import io.headcount.child.ChildSpec.Descendants;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.ChildSpec.Terminal;
import io.headcount.child.Signal;
import io.headcount.supervisor.RunSpec;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes a {@link RunSpec} of a {@link RunRequest}, or says everything that is wrong with it. */
final class RunRequests {
  /** Stands in for a command that is wrong, so that the rest can be judged too. */
  private static final RunSpec.Command ANY = new RunSpec.Command.Argv(List.of("true"));

  private static final int DEFAULT_COLUMNS = 120;
  private static final int DEFAULT_ROWS = 30;
  private static final String DEFAULT_TERM = "xterm-256color";

  private final List<Violation> violations = new ArrayList<>();

  private RunRequests() {}

  /**
   * Translates a request.
   *
   * @param judge finds what the supervisor would not accept
   * @throws SupervisorException.Invalid naming all that is wrong, here and there
   */
  static RunSpec toSpec(RunRequest request, Function<RunSpec, List<Violation>> judge) {
    RunRequests reader = new RunRequests();
    RunSpec spec = reader.spec(request);
    List<Violation> all = new ArrayList<>(reader.violations);
    all.addAll(judge.apply(spec));
    if (!all.isEmpty()) {
      throw new SupervisorException.Invalid(all);
    }
    return spec;
  }

  private RunSpec spec(RunRequest request) {
    Map<String, @Nullable String> env = request.env();
    Map<String, String> labels = request.labels();
    RunRequest.Output output = request.output();
    return new RunSpec(
        command(request.argv(), request.shell()),
        request.name(),
        request.cwd(),
        env == null ? Map.of() : env,
        stdin(request.stdin(), request.tty() != null),
        new RunSpec.Timeouts(
            request.timeoutMs(), request.noOutputTimeoutMs(), request.queueTimeoutMs()),
        stop(request.stop()),
        descendants(request.descendants()),
        request.scopeKey(),
        Boolean.TRUE.equals(request.replaceExistingScope()),
        labels == null ? Map.of() : labels,
        limits(request.limits()),
        output == null
            ? RunSpec.Output.DEFAULTS
            : new RunSpec.Output(output.retainBytes(), output.maxBytes()),
        terminal(request.tty()),
        null);
  }

  private RunSpec.Command command(@Nullable List<String> argv, @Nullable String shell) {
    if (argv != null && shell == null) {
      return new RunSpec.Command.Argv(argv);
    }
    if (argv == null && shell != null) {
      return new RunSpec.Command.Shell(shell);
    }
    if (argv == null) {
      violations.add(new Violation("/argv", "expected argv or shell, got neither"));
    } else {
      violations.add(new Violation("/shell", "expected only one of argv and shell, got both"));
    }
    return ANY;
  }

  private static @Nullable Terminal terminal(RunRequest.@Nullable Tty tty) {
    return tty == null
        ? null
        : new Terminal(
            size(tty.columns(), DEFAULT_COLUMNS),
            size(tty.rows(), DEFAULT_ROWS),
            tty.term() == null ? DEFAULT_TERM : tty.term());
  }

  /** What is no size stays none, for the supervisor to refuse. */
  private static int size(@Nullable Long wanted, int otherwise) {
    return wanted == null ? otherwise : Math.clamp(wanted, -1, Integer.MAX_VALUE);
  }

  private RunSpec.Stdin stdin(RunRequest.@Nullable Stdin stdin, boolean onTerminal) {
    if (stdin == null || (onTerminal && stdin.mode() == null)) {
      return onTerminal ? new RunSpec.Stdin.Pipe() : new RunSpec.Stdin.Closed();
    }
    String mode = stdin.mode() == null ? "closed" : stdin.mode();
    if (!mode.equals("inline")) {
      refuseContent(stdin, mode);
    }
    return switch (mode) {
      case "closed" -> new RunSpec.Stdin.Closed();
      case "pipe" -> new RunSpec.Stdin.Pipe();
      case "inline" -> inline(stdin.text(), stdin.base64());
      default -> {
        violations.add(
            new Violation("/stdin/mode", "expected closed, inline or pipe, got " + quote(mode)));
        yield new RunSpec.Stdin.Closed();
      }
    };
  }

  private void refuseContent(RunRequest.Stdin stdin, String mode) {
    String message = "goes with mode inline only, got mode " + quote(mode);
    if (stdin.text() != null) {
      violations.add(new Violation("/stdin/text", message));
    }
    if (stdin.base64() != null) {
      violations.add(new Violation("/stdin/base64", message));
    }
  }

  private RunSpec.Stdin inline(@Nullable String text, @Nullable String base64) {
    if (text != null && base64 != null) {
      violations.add(
          new Violation("/stdin/base64", "expected only one of text and base64, got both"));
    } else if (text != null) {
      return new RunSpec.Stdin.Inline(text.getBytes(StandardCharsets.UTF_8));
    } else if (base64 != null) {
      try {
        return new RunSpec.Stdin.Inline(Base64.getDecoder().decode(base64));
      } catch (IllegalArgumentException e) {
        violations.add(
            new Violation("/stdin/base64", "expected base64 (RFC 4648), got other text"));
      }
    } else {
      violations.add(new Violation("/stdin/text", "expected text or base64 with mode inline"));
    }
    return new RunSpec.Stdin.Closed();
  }

  private RunSpec.Stop stop(RunRequest.@Nullable Stop stop) {
    return stop == null
        ? RunSpec.Stop.DEFAULTS
        : new RunSpec.Stop(signal("/stop/signal", stop.signal(), violations), stop.graceMs());
  }

  /** The signal of a name; an unknown one is a violation and null. */
  static @Nullable Signal signal(
      String pointer, @Nullable String name, List<Violation> violations) {
    if (name == null) {
      return null;
    }
    Signal signal = Signal.named(name).orElse(null);
    if (signal == null) {
      violations.add(
          new Violation(pointer, "expected a signal such as SIGTERM, got " + quote(name)));
    }
    return signal;
  }

  private Descendants descendants(@Nullable String name) {
    return switch (name) {
      case null -> Descendants.KILL;
      case "kill" -> Descendants.KILL;
      case "keep" -> Descendants.KEEP;
      default -> {
        violations.add(new Violation("/descendants", "expected kill or keep, got " + quote(name)));
        yield Descendants.KILL;
      }
    };
  }

  private static Limits limits(RunRequest.@Nullable Limits limits) {
    return limits == null
        ? Limits.NONE
        : new Limits(
            limits.memoryBytes(),
            limits.cpuSeconds(),
            limits.openFiles(),
            limits.processes(),
            limits.fileSizeBytes(),
            limits.cpuWeight());
  }

  /** What came, cut so that an answer stays short. */
  static String quote(String value) {
    return '"' + (value.length() > 40 ? value.substring(0, 40) + "..." : value) + '"';
  }
}
