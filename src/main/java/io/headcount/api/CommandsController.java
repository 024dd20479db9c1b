package io.headcount.api;

import io.headcount.policy.CommandTemplate;
import io.headcount.policy.Parameter;
import io.headcount.policy.Policy;
import io.headcount.policy.Role;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the caller may run. */
@RestController
@Tag(name = "service")
class CommandsController {
  private final Policy policy;

  CommandsController(Policy policy) {
    this.policy = policy;
  }

  @GetMapping("/v1/commands")
  @Operation(operationId = "listCommands", summary = "What you may run")
  @Answers
  Commands commands(HttpServletRequest request) {
    Role role = Caller.of(request).role();
    return new Commands(
        policy.allowsFree(role),
        policy.allowsShell(role),
        policy.commands(role).stream().map(Command::of).toList());
  }

  /** The answer. */
  @Schema(name = "Commands")
  record Commands(
      @Schema(description = "Whether argv of your choice is taken; rules may leave some of it.")
          boolean argv,
      @Schema(description = "Whether lines of shell are taken.") boolean shell,
      List<Command> commands) {}

  /** A command with a name. */
  @Schema(name = "Command")
  record Command(
      @Schema(example = "log") String name,
      @Schema(example = "The last commits of a branch.") @Nullable String description,
      @Schema(
              description = "What runs; {name} stands for a parameter.",
              example = "[\"git\", \"log\", \"-n\", \"{count}\", \"{branch}\"]")
          List<String> argv,
      List<CommandParameter> parameters,
      @Schema(
              description = "The file that its output goes to; null: it comes to the service.",
              example = "null")
          @Nullable String outputFile,
      @Schema(description = "How long it may take; null: as the request says.", example = "60000")
          @Nullable Long timeoutMs) {

    static Command of(CommandTemplate template) {
      return new Command(
          template.name(),
          template.description(),
          template.argv(),
          template.parameters().entrySet().stream()
              .map(entry -> CommandParameter.of(entry.getKey(), entry.getValue()))
              .toList(),
          template.outputFile(),
          template.timeout() == null ? null : template.timeout().toMillis());
    }
  }

  /** What stands for {@code {name}}. */
  @Schema(name = "CommandParameter")
  record CommandParameter(
      @Schema(example = "count") String name,
      @Schema(
              allowableValues = {"string", "integer", "number", "boolean", "enum"},
              example = "integer")
          String type,
      @Schema(description = "Whether a value must be given.") boolean required,
      @Schema(
              description = "What is taken when none is given, as it stands in the argument.",
              example = "10")
          @Nullable String defaultValue,
      @Schema(description = "What a string must match as a whole.", example = "[a-z]+")
          @Nullable String pattern,
      @Schema(description = "The least number, or the fewest characters.", example = "1")
          @Nullable BigDecimal min,
      @Schema(description = "The greatest number, or the most characters.", example = "100")
          @Nullable BigDecimal max,
      @Schema(description = "Those of an enum.", example = "[]") List<String> values,
      @Schema(example = "How many.") @Nullable String description) {

    static CommandParameter of(String name, Parameter parameter) {
      Object otherwise = parameter.otherwise();
      return new CommandParameter(
          name,
          parameter.type().label(),
          otherwise == null,
          otherwise == null ? null : Parameter.text(otherwise),
          parameter.pattern() == null ? null : parameter.pattern().pattern(),
          parameter.min(),
          parameter.max(),
          parameter.values(),
          parameter.description());
    }
  }
}
