package io.headcount.api;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of a start, as a client writes it. A field that is null is as good as absent. */
@Schema(
    description =
        "What to run, and how. Exactly one of argv, shell and command; unknown fields are"
            + " refused.",
    example = "{\"argv\": [\"echo\", \"hello\"]}")
record RunRequest(
    @Schema(
            description = "The program and its arguments; no shell sees them.",
            example = "[\"make\", \"test\"]")
        @Nullable List<String> argv,
    @Schema(description = "A line for /bin/sh -c.", example = "null") @Nullable String shell,
    @Schema(description = "A command of the policy, by its name.", example = "null")
        @Nullable String command,
    @Schema(description = "With command: a value for each of its parameters.", example = "null")
        @Nullable Map<String, Object> parameters,
    @Schema(description = "A name for people.", maxLength = 256, example = "unit tests")
        @Nullable String name,
    @Schema(
            description = "Working directory, relative to the workspace unless absolute.",
            example = "repo")
        @Nullable String cwd,
    @Schema(
            description = "Environment variables to set; null removes one.",
            example = "{\"CI\": \"1\", \"HOME\": null}")
        @Nullable Map<String, @Nullable String> env,
    @Schema(
            description = "Environment variables to set, each from a secret by its name.",
            example = "{\"TOKEN\": \"deploy-token\"}")
        @Nullable Map<String, String> secretEnv,
    @Nullable Stdin stdin,
    @Nullable Tty tty,
    @Schema(description = "How long the run may take; 0 is off.", minimum = "0", example = "600000")
        @Nullable Long timeoutMs,
    @Schema(description = "How long it may be silent; 0 is off.", minimum = "0", example = "120000")
        @Nullable Long noOutputTimeoutMs,
    @Schema(
            description = "How long it may wait for a place; 0 is off.",
            minimum = "0",
            example = "60000")
        @Nullable Long queueTimeoutMs,
    @Nullable Stop stop,
    @Schema(
            description = "What becomes of descendants that outlive the leader.",
            allowableValues = {"kill", "keep"},
            defaultValue = "kill",
            example = "kill")
        @Nullable String descendants,
    @Schema(description = "Groups runs; blank is none.", maxLength = 256, example = "session-42")
        @Nullable String scopeKey,
    @Schema(description = "End the scope's other runs first.", defaultValue = "false")
        @Nullable Boolean replaceExistingScope,
    @Schema(description = "For finding runs; at most 64.", example = "{\"team\": \"a\"}")
        @Nullable Map<String, String> labels,
    @Nullable Limits limits,
    @Nullable Security security,
    @Nullable Sandbox sandbox,
    @Nullable Output output)
    implements ApiRequest {

  @Schema(name = "RunRequestStdin", description = "What the command reads.")
  record Stdin(
      @Schema(
              description =
                  "closed: end-of-file at once; inline: text or base64, then end-of-file;"
                      + " pipe: what is posted to the run's stdin.",
              allowableValues = {"closed", "inline", "pipe"},
              defaultValue = "closed",
              example = "closed")
          @Nullable String mode,
      @Schema(description = "With inline: what to write, as UTF-8.", example = "null")
          @Nullable String text,
      @Schema(description = "With inline: what to write.", format = "byte", example = "null")
          @Nullable String base64) {}

  @Schema(
      name = "RunRequestTty",
      description = "A terminal instead of pipes; what goes to stderr is then part of stdout.")
  record Tty(
      @Schema(minimum = "1", maximum = "1000", defaultValue = "120", example = "120")
          @Nullable Long columns,
      @Schema(minimum = "1", maximum = "1000", defaultValue = "30", example = "30")
          @Nullable Long rows,
      @Schema(
              description = "The TERM that the command finds.",
              defaultValue = "xterm-256color",
              example = "xterm-256color")
          @Nullable String term) {}

  @Schema(name = "RunRequestStop", description = "How the run is ended.")
  record Stop(
      @Schema(description = "The first signal.", example = "SIGTERM") @Nullable String signal,
      @Schema(
              description = "How long the tree may take before SIGKILL.",
              minimum = "0",
              maximum = "60000",
              example = "5000")
          @Nullable Long graceMs) {}

  @Schema(
      name = "RunRequestLimits",
      description =
          "Resource limits: of the run's cgroup where it has one with the controller, else of"
              + " setrlimit(2); null leaves the service's.")
  record Limits(
      @Schema(minimum = "1", example = "null") @Nullable Long memoryBytes,
      @Schema(minimum = "1", example = "null") @Nullable Long cpuSeconds,
      @Schema(minimum = "1", example = "null") @Nullable Long openFiles,
      @Schema(minimum = "1", example = "null") @Nullable Long processes,
      @Schema(minimum = "1", example = "null") @Nullable Long fileSizeBytes,
      @Schema(
              description = "Share of the processors; needs a cgroup with the cpu controller.",
              minimum = "1",
              maximum = "10000",
              example = "null")
          @Nullable Long cpuWeight,
      @Schema(
              description = "Largest core file; 0 unless asked for.",
              minimum = "0",
              example = "null")
          @Nullable Long coreBytes) {}

  @Schema(
      name = "RunRequestSecurity",
      description = "What is taken from the command before its first instruction.")
  record Security(
      @Schema(
              description = "No program gains privileges (setuid); null is the service's default.",
              example = "true")
          @Nullable Boolean noNewPrivs,
      @Schema(description = "What it gets when the service dies.", example = "SIGKILL")
          @Nullable String parentDeathSignal) {}

  @Schema(
      name = "RunRequestSandbox",
      description = "A view of the machine of its own: files to read, an empty /tmp, no network.")
  record Sandbox(
      @Schema(description = "Whether it has the machine's network.", defaultValue = "false")
          @Nullable Boolean network,
      @Schema(
              description = "Where it may write beside /tmp.",
              allowableValues = {"cwd", "workspace", "nothing"},
              defaultValue = "cwd",
              example = "cwd")
          @Nullable String writable) {}

  @Schema(name = "RunRequestOutput", description = "What becomes of the output.")
  record Output(
      @Schema(description = "How much is held.", minimum = "1", example = "1048576")
          @Nullable Long retainBytes,
      @Schema(
              description = "Past it the run is stopped with output-limit.",
              minimum = "1",
              example = "null")
          @Nullable Long maxBytes,
      @Schema(
              description = "Puts stars in the place of what secretEnv set.",
              defaultValue = "false")
          @Nullable Boolean redact,
      @Schema(
              description =
                  "A file that the command appends both streams to, relative to cwd unless absolute."
                      + " The service sees nothing of it, so none of the others goes with it.",
              example = "null")
          @Nullable String file) {}
}
