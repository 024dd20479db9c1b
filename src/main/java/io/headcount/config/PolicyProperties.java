package io.headcount.config;

import io.headcount.child.Signal;
import io.headcount.policy.Parameter;
import io.headcount.supervisor.RunSpec;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * What may be run. A key that is not known is refused: whoever misspells a rule must hear of it.
 *
 * @param shell whether lines of shell are allowed
 * @param free whether programs with arguments of the caller's choice are
 * @param cwd where free commands may run
 * @param executables which programs may be named by free commands
 * @param env which variables requests may set that are refused otherwise
 * @param noNewPrivs whether no program that a command executes gains privileges, whatever it asks
 * @param parentDeathSignal what every command gets when the service dies; blank leaves that to it
 * @param sandbox whether every command is in a sandbox
 * @param commands commands with a name, which are allowed whatever else is not
 */
@Validated
@ConfigurationProperties(value = "headcount.policy", ignoreUnknownFields = false)
public record PolicyProperties(
    @NotNull Choice shell,
    @NotNull Choice free,
    @NotNull Place cwd,
    @NotNull @Valid Executables executables,
    @NotNull @Valid Env env,
    boolean noNewPrivs,
    @NotNull String parentDeathSignal,
    boolean sandbox,
    @DefaultValue Map<String, @Valid Command> commands) {

  /** Allowed or not. */
  public enum Choice {
    ALLOW,
    DENY
  }

  /** Where free commands may run. */
  public enum Place {
    ANYWHERE,
    WORKSPACE
  }

  /**
   * Programs by their paths, with all links followed.
   *
   * @param allow with any, nothing else is allowed
   * @param deny denied whatever is allowed
   */
  public record Executables(@NotNull List<@Valid Rule> allow, @NotNull List<@Valid Rule> deny) {}

  /**
   * A program or several; a string stands for one without roles.
   *
   * @param path an absolute path or glob
   * @param roles whom it is for; empty is everybody
   */
  public record Rule(@NotNull String path, @DefaultValue Set<String> roles) {
    /** Used by the conversion from a string. */
    public static Rule of(String path) {
      return new Rule(path.strip(), Set.of());
    }
  }

  /**
   * Variables.
   *
   * @param allow names, or beginnings of names with a star
   */
  public record Env(@NotNull List<String> allow) {}

  /**
   * A command with a name.
   *
   * @param argv its arguments; {@code {parameter}} stands for a value
   * @param parameters by name
   * @param cwd the working directory; null is the workspace
   * @param env the variables to set
   * @param secretEnv variables and the secrets that they hold
   * @param limits resource limits
   * @param security what is taken from it
   * @param sandbox the sandbox that it is in; null is none
   * @param timeout how long it may take; null leaves that to the request
   * @param tty whether a request may ask for a terminal
   * @param redact whether stars take the place of its secrets in its output
   * @param outputFile what its output goes to; null is the service
   * @param roles who may run it; empty is everybody
   * @param description for people
   */
  public record Command(
      @NotNull List<String> argv,
      @DefaultValue Map<String, ParameterOf> parameters,
      @Nullable String cwd,
      @DefaultValue Map<String, String> env,
      @DefaultValue Map<String, String> secretEnv,
      @Nullable @Valid Limits limits,
      @Nullable Security security,
      @Nullable SandboxOf sandbox,
      @Nullable @DurationUnit(ChronoUnit.SECONDS) @DurationMin Duration timeout,
      @DefaultValue("false") boolean tty,
      @DefaultValue("false") boolean redact,
      @Nullable String outputFile,
      @DefaultValue Set<String> roles,
      @Nullable String description) {}

  /**
   * What may stand in a place.
   *
   * @param type string unless said otherwise
   * @param pattern what a string must match as a whole
   * @param min the least number, or the fewest characters
   * @param max the greatest number, or the most characters
   * @param values of an enum
   * @param otherwise what is taken when none is given
   * @param required whether one must be given; so unless there is a default
   * @param description for people
   */
  public record ParameterOf(
      Parameter.@Nullable Type type,
      @Nullable String pattern,
      @Nullable BigDecimal min,
      @Nullable BigDecimal max,
      @DefaultValue List<String> values,
      @Name("default") @Nullable String otherwise,
      @Nullable Boolean required,
      @Nullable String description) {}

  /** Limits of a command, as in a request. */
  public record Limits(
      @Nullable @SizeAtLeast(1) DataSize memory,
      @Nullable @DurationUnit(ChronoUnit.SECONDS) @DurationMin(seconds = 1) Duration cpuTime,
      @Nullable @Min(1) Long openFiles,
      @Nullable @Min(1) Long processes,
      @Nullable @SizeAtLeast(1) DataSize fileSize,
      @Nullable @Min(1) @Max(10_000) Long cpuWeight,
      @Nullable @SizeAtLeast(0) DataSize coreSize) {}

  /** What is taken from a command, as in a request. */
  public record Security(@Nullable Boolean noNewPrivs, @Nullable Signal parentDeathSignal) {}

  /** The sandbox of a command, as in a request. */
  public record SandboxOf(
      @DefaultValue("false") boolean network, @DefaultValue("cwd") RunSpec.Writable writable) {}
}
