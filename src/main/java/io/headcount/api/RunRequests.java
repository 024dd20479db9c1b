package io.headcount.api;

import io.headcount.child.ChildSpec.Descendants;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.child.ChildSpec.Stdin;
import io.headcount.child.ChildSpec.Terminal;
import io.headcount.child.Signal;
import io.headcount.policy.CommandTemplate;
import io.headcount.policy.Secrets;
import io.headcount.supervisor.RunSpec;
import io.headcount.supervisor.Secret;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
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

  private final @Nullable CommandTemplate template;
  private final Secrets secrets;
  private final @Nullable String owner;
  private final List<Violation> violations = new ArrayList<>();

  private RunRequests(@Nullable CommandTemplate template, Secrets secrets, @Nullable String owner) {
    this.template = template;
    this.secrets = secrets;
    this.owner = owner;
  }

  /**
   * Translates a request.
   *
   * @param template the command that it names; null when it names none
   * @param secrets where its secrets are
   * @param owner whose run it will be; null when the service knows no callers
   * @param judge finds what the supervisor would not accept
   * @throws SupervisorException.Invalid naming all that is wrong, here and there
   */
  static RunSpec toSpec(
      RunRequest request,
      @Nullable CommandTemplate template,
      Secrets secrets,
      @Nullable String owner,
      Function<RunSpec, List<Violation>> judge) {
    RunRequests reader = new RunRequests(template, secrets, owner);
    RunSpec spec = reader.spec(request);
    List<Violation> all = new ArrayList<>(reader.violations);
    all.addAll(judge.apply(spec));
    if (!all.isEmpty()) {
      throw new SupervisorException.Invalid(all);
    }
    return spec;
  }

  private RunSpec spec(RunRequest request) {
    Map<String, String> labels = request.labels();
    if (template != null) {
      refuseWhatIsFixed(request, template);
    }
    return new RunSpec(
        template == null ? command(request) : command(request, template),
        request.name(),
        template == null ? request.cwd() : template.cwd(),
        environment(request),
        stdin(request.stdin(), request.tty() != null),
        new RunSpec.Timeouts(
            template == null || template.timeout() == null
                ? request.timeoutMs()
                : Long.valueOf(template.timeout().toMillis()),
            request.noOutputTimeoutMs(),
            request.queueTimeoutMs()),
        stop(request.stop()),
        descendants(request.descendants()),
        request.scopeKey(),
        Boolean.TRUE.equals(request.replaceExistingScope()),
        labels == null ? Map.of() : labels,
        template == null ? limits(request.limits()) : template.limits(),
        output(request.output()),
        terminal(request.tty()),
        owner,
        secretEnv(request),
        null,
        template == null ? Confinements.of(request, violations) : template.confinement());
  }

  /** What a caller could make another command of this one with. */
  private void refuseWhatIsFixed(RunRequest request, CommandTemplate command) {
    refuse("/argv", request.argv(), command);
    refuse("/shell", request.shell(), command);
    refuse("/cwd", request.cwd(), command);
    refuse("/env", request.env(), command);
    refuse("/secretEnv", request.secretEnv(), command);
    refuse("/limits", request.limits(), command);
    refuse("/security", request.security(), command);
    refuse("/sandbox", request.sandbox(), command);
    refuse("/timeoutMs", command.timeout() == null ? null : request.timeoutMs(), command);
    refuse("/tty", command.terminal() ? null : request.tty(), command);
    refuse("/output/file", request.output() == null ? null : request.output().file(), command);
  }

  private void refuse(String pointer, @Nullable Object value, CommandTemplate command) {
    if (value != null) {
      violations.add(
          new Violation(pointer, "goes with no command: " + command.name() + " fixes it"));
    }
  }

  private RunSpec.Command command(RunRequest request, CommandTemplate command) {
    Map<String, Object> given = request.parameters();
    RunSpec.Command filled = command.fill(given == null ? Map.of() : given, violations);
    return filled == null ? ANY : filled;
  }

  private Map<String, @Nullable String> environment(RunRequest request) {
    if (template != null) {
      return new LinkedHashMap<>(template.env());
    }
    Map<String, @Nullable String> env = request.env();
    return env == null ? Map.of() : env;
  }

  private Map<String, Secret> secretEnv(RunRequest request) {
    Map<String, String> asked = template == null ? request.secretEnv() : template.secretEnv();
    Map<String, Secret> found = new LinkedHashMap<>();
    if (asked != null) {
      asked.forEach((variable, name) ->
          secrets
              .read(name)
              .ifPresentOrElse(
                  secret -> found.put(variable, secret),
                  () ->
                      violations.add(
                          new Violation(
                              "/secretEnv/" + RecordReader.escape(variable),
                              "expected the name of a secret; there is none of this name that"
                                  + " can be a variable's value"))));
    }
    return found;
  }

  private RunSpec.Command command(RunRequest request) {
    List<String> argv = request.argv();
    String shell = request.shell();
    if (request.parameters() != null) {
      violations.add(new Violation("/parameters", "goes with command only"));
    }
    if (argv != null && shell == null) {
      return new RunSpec.Command.Argv(argv);
    }
    if (argv == null && shell != null) {
      return new RunSpec.Command.Shell(shell);
    }
    if (argv == null) {
      violations.add(new Violation("/argv", "expected argv, shell or command, got none"));
    } else {
      violations.add(new Violation("/shell", "expected only one of argv and shell, got both"));
    }
    return ANY;
  }

  private RunSpec.Output output(RunRequest.@Nullable Output output) {
    boolean redact = template != null && template.redact();
    String file = template == null ? null : template.outputFile();
    return output == null
        ? new RunSpec.Output(null, null, redact, file)
        : new RunSpec.Output(
            output.retainBytes(),
            output.maxBytes(),
            redact || Boolean.TRUE.equals(output.redact()),
            template == null ? output.file() : file);
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

  private Stdin stdin(RunRequest.@Nullable Stdin stdin, boolean onTerminal) {
    if (stdin == null || (onTerminal && stdin.mode() == null)) {
      return onTerminal ? new Stdin.Pipe() : new Stdin.Closed();
    }
    String mode = stdin.mode() == null ? "closed" : stdin.mode();
    if (!mode.equals("inline")) {
      refuseContent(stdin, mode);
    }
    return switch (mode) {
      case "closed" -> new Stdin.Closed();
      case "pipe" -> new Stdin.Pipe();
      case "inline" -> inline(stdin.text(), stdin.base64());
      default -> {
        violations.add(
            new Violation("/stdin/mode", "expected closed, inline or pipe, got " + quote(mode)));
        yield new Stdin.Closed();
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

  private Stdin inline(@Nullable String text, @Nullable String base64) {
    if (text != null && base64 != null) {
      violations.add(
          new Violation("/stdin/base64", "expected only one of text and base64, got both"));
    } else if (text != null) {
      return new Stdin.Inline(text.getBytes(StandardCharsets.UTF_8));
    } else if (base64 != null) {
      try {
        return new Stdin.Inline(Base64.getDecoder().decode(base64));
      } catch (IllegalArgumentException e) {
        violations.add(
            new Violation("/stdin/base64", "expected base64 (RFC 4648), got other text"));
      }
    } else {
      violations.add(new Violation("/stdin/text", "expected text or base64 with mode inline"));
    }
    return new Stdin.Closed();
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
            limits.cpuWeight(),
            limits.coreBytes());
  }

  /** What came, cut so that an answer stays short. */
  static String quote(String value) {
    return '"' + (value.length() > 40 ? value.substring(0, 40) + "..." : value) + '"';
  }
}
