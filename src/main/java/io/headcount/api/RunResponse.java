package io.headcount.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.headcount.child.ChildExit;
import io.headcount.child.ChildSpec.Terminal;
import io.headcount.child.StartFailure;
import io.headcount.output.OutputTotals;
import io.headcount.supervisor.Run;
import io.headcount.supervisor.RunSpec;
import io.headcount.supervisor.RunView;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run as a client sees it. Environment and standard input are never part of it. */
@Schema(name = "Run", description = "A run as it is now. What is not known, or not yet, is null.")
record RunResponse(
    @Schema(example = "01K0QWERTYQWERTYQWERTYQWER") String id,
    @Schema(description = "The life of the service that started it.", example = "9f86d08188")
        String bootId,
    @Schema(example = "unit tests") @Nullable String name,
    @Schema(description = "Who started it; null without credentials.", example = "null")
        @Nullable String owner,
    @Schema(
            allowableValues = {"queued", "starting", "running", "exiting", "exited"},
            example = "running")
        String state,
    @Schema(
            description = "Why it ends or ended; the first cause stays.",
            allowableValues = {
              "exit",
              "signal",
              "manual-cancel",
              "overall-timeout",
              "no-output-timeout",
              "queue-timeout",
              "output-limit",
              "shutdown",
              "spawn-error",
              "lost"
            },
            example = "null")
        @Nullable String reason,
    @Schema(description = "As the kernel said; null after a signal.", example = "null")
        @Nullable Integer exitCode,
    @Schema(description = "The signal that killed it.", example = "null")
        @Nullable String exitSignal,
    @Nullable Failure error,
    @Schema(example = "[\"make\", \"test\"]") @Nullable List<String> argv,
    @Schema(example = "null") @Nullable String shell,
    @Schema(description = "The command of the policy that argv came of.", example = "null")
        @Nullable String command,
    @Schema(description = "With command: its parameters.", example = "null")
        @Nullable Map<String, Object> parameters,
    @Schema(example = "/workspace/repo") String cwd,
    @Schema(example = "session-42") @Nullable String scopeKey,
    @Schema(example = "{\"team\": \"a\"}") Map<String, String> labels,
    @Schema(example = "4242") @Nullable Long pid,
    Instant createdAt,
    @Nullable Instant startedAt,
    @Nullable Instant exitingAt,
    @Nullable Instant exitedAt,
    @Nullable Instant lastOutputAt,
    @Schema(description = "From the start of the command to its end or now.", example = "1200")
        @Nullable Long durationMs,
    @Schema(description = "The clock in force; 0 is off.", example = "600000") long timeoutMs,
    @Schema(description = "The clock in force; 0 is off.", example = "120000")
        long noOutputTimeoutMs,
    @Schema(description = "The grace in force.", example = "5000") long graceMs,
    @Schema(description = "Whether SIGKILL was needed.") boolean killEscalated,
    @Schema(
            description = "Whether the kernel ended one of it for want of memory; null: unknown.",
            example = "null")
        @Nullable Boolean oomKilled,
    @Schema(
            description = "The limit that ended the command, where the kernel's signal proves it.",
            allowableValues = {"cpuSeconds", "fileSizeBytes"},
            example = "null")
        @Nullable String limitReached,
    @Schema(description = "What could not be ended, or of a lost run was only found.")
        List<ProcessResponse> survivors,
    Stdin stdin,
    @Nullable Tty tty,
    Output output,
    @Nullable Usage usage) {

  /** Why a command did not start. */
  @Schema(name = "RunError", description = "Why the command did not start.")
  record Failure(
      @Schema(
              allowableValues = {
                "not-found",
                "not-executable",
                "permission",
                "bad-cwd",
                "bad-output",
                "too-long",
                "resources",
                "other"
              },
              example = "not-found")
          String kind,
      @Schema(example = "ENOENT") @Nullable String errno,
      @Schema(example = "There is no such program.") String message) {

    static @Nullable Failure of(@Nullable StartFailure failure) {
      return failure == null
          ? null
          : new Failure(failure.kind().label(), failure.errno(), failure.message());
    }
  }

  /** Standard input: whether it takes more, and how much it took. */
  @Schema(name = "RunStdin")
  record Stdin(
      boolean open, @Schema(description = "Bytes accepted so far.", example = "0") long offset) {}

  /** The terminal, of the size that it has now. */
  @Schema(name = "RunTty", description = "The terminal; null for a run on pipes.")
  record Tty(
      @Schema(example = "120") int columns,
      @Schema(example = "30") int rows,
      @Schema(example = "xterm-256color") String term) {

    static @Nullable Tty of(@Nullable Terminal terminal) {
      return terminal == null
          ? null
          : new Tty(terminal.columns(), terminal.rows(), terminal.term());
    }
  }

  /** What the journal holds, and the text of its end where that was asked for. */
  @Schema(name = "RunOutput")
  record Output(
      @Schema(description = "Offset of the oldest byte held.", example = "0") long first,
      @Schema(description = "Offset of the next byte.", example = "10240") long next,
      @Schema(example = "10000") long stdoutBytes,
      @Schema(example = "240") long stderrBytes,
      @Schema(example = "0") long droppedBytes,
      @Schema(description = "Whether nothing more will come.") boolean complete,
      @Schema(description = "Whether somebody still held the other end when reading stopped.")
          boolean truncated,
      @Schema(
              description = "The file that all of it goes to in place of the service.",
              example = "null")
          @Nullable String file,
      @Schema(description = "The last 64 KiB as text, where it was asked for.", example = "ok\n")
          @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable String stdout,
      @Schema(description = "The last 64 KiB as text, where it was asked for.", example = "")
          @JsonInclude(JsonInclude.Include.NON_NULL)
          @Nullable String stderr) {

    static Output of(OutputTotals totals, @Nullable String file, @Nullable OutputText text) {
      return new Output(
          totals.first(),
          totals.next(),
          totals.stdoutBytes(),
          totals.stderrBytes(),
          totals.droppedBytes(),
          totals.complete(),
          totals.truncated(),
          file,
          text == null ? null : text.stdout(),
          text == null ? null : text.stderr());
    }
  }

  /** What the leader and the descendants it waited for used. */
  @Schema(name = "RunUsage")
  record Usage(
      @Schema(example = "120") long userMs,
      @Schema(example = "20") long systemMs,
      @Schema(example = "1048576") @Nullable Long maxRssBytes) {

    static @Nullable Usage of(@Nullable ChildExit exit) {
      ChildExit.Usage usage = exit == null ? null : exit.usage();
      return usage == null
          ? null
          : new Usage(usage.userMs(), usage.systemMs(), usage.maxRssBytes());
    }
  }

  /** The run with the end of its output as text, unless that is in a file. */
  static RunResponse withText(Run run, RunView view) {
    return of(view, view.outputFile() == null ? OutputText.of(run.output()) : null);
  }

  static RunResponse of(RunView view, @Nullable OutputText text) {
    RunSpec spec = view.spec();
    RunSpec.Command command = spec.command();
    RunSpec.Command.Named named = command instanceof RunSpec.Command.Named it ? it : null;
    ChildExit exit = view.exit();
    return new RunResponse(
        view.id(),
        view.boot(),
        spec.name(),
        spec.owner(),
        view.state().label(),
        view.reason() == null ? null : view.reason().label(),
        exit == null ? null : exit.code(),
        exit == null ? null : exit.signal(),
        Failure.of(view.failure()),
        command instanceof RunSpec.Command.Shell ? null : command.words(),
        command instanceof RunSpec.Command.Shell(String line) ? line : null,
        named == null ? null : named.name(),
        named == null ? null : named.parameters(),
        view.cwd(),
        spec.scopeKey(),
        spec.labels(),
        view.pid(),
        view.createdAt().truncatedTo(ChronoUnit.MILLIS),
        millis(view.startedAt()),
        millis(view.exitingAt()),
        millis(view.exitedAt()),
        millis(view.output().lastAppendAt()),
        view.durationMs(),
        view.overallTimeoutMs(),
        view.noOutputTimeoutMs(),
        view.graceMs(),
        view.killEscalated(),
        view.oomKilled(),
        view.limitReached(),
        view.survivors().stream().map(ProcessResponse::of).toList(),
        new Stdin(view.stdinOpen(), view.stdinOffset()),
        Tty.of(view.terminal()),
        Output.of(view.output(), view.outputFile(), text),
        Usage.of(exit));
  }

  private static @Nullable Instant millis(@Nullable Instant instant) {
    return instant == null ? null : instant.truncatedTo(ChronoUnit.MILLIS);
  }
}
