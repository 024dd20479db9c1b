package io.headcount.config;

import io.headcount.api.CommandRefusals;
import io.headcount.child.ChildSpec;
import io.headcount.metrics.PolicyMeters;
import io.headcount.policy.CommandTemplate;
import io.headcount.policy.EnvironmentRules;
import io.headcount.policy.ExecutableRules;
import io.headcount.policy.Parameter;
import io.headcount.policy.Policy;
import io.headcount.policy.PolicyException;
import io.headcount.policy.Role;
import io.headcount.policy.Secrets;
import io.headcount.supervisor.SupervisorSettings;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Reads what may be run. What makes no sense is refused by its key. */
@Configuration(proxyBeanMethods = false)
class PolicyConfiguration {

  @Bean
  Policy policy(PolicyProperties properties, SupervisorSettings settings) {
    try {
      return new Policy(
          properties.shell() == PolicyProperties.Choice.ALLOW,
          properties.free() == PolicyProperties.Choice.ALLOW,
          properties.cwd() == PolicyProperties.Place.WORKSPACE,
          settings.workspace(),
          ExecutableRules.of(
              rules(properties.executables().allow()), rules(properties.executables().deny())),
          new EnvironmentRules(properties.env().allow()),
          commands(properties.commands()));
    } catch (PolicyException e) {
      throw new InvalidConfigurationPropertyValueException(
          "headcount.policy." + e.key(), e.value(), e.reason());
    }
  }

  private static List<ExecutableRules.Written> rules(List<PolicyProperties.Rule> rules) {
    return rules.stream()
        .map(rule -> new ExecutableRules.Written(rule.path(), rule.roles()))
        .toList();
  }

  private static Map<String, CommandTemplate> commands(
      Map<String, PolicyProperties.Command> written) {
    Map<String, CommandTemplate> commands = new LinkedHashMap<>();
    written.forEach((name, command) -> commands.put(name, command(name, command)));
    return commands;
  }

  private static CommandTemplate command(String name, PolicyProperties.Command command) {
    Map<String, Parameter.Written> parameters = new LinkedHashMap<>();
    command
        .parameters()
        .forEach((parameter, it) ->
            parameters.put(
                parameter,
                new Parameter.Written(
                    it.type(),
                    it.pattern(),
                    it.min(),
                    it.max(),
                    it.values(),
                    it.otherwise(),
                    it.required(),
                    it.description())));
    return new CommandTemplate(
        name,
        command.description(),
        command.argv(),
        CommandTemplate.parameters(name, parameters),
        command.cwd(),
        command.env(),
        command.secretEnv(),
        limits(command.limits()),
        command.timeout(),
        command.tty(),
        command.redact(),
        Role.all("commands." + name + ".roles", command.roles()));
  }

  private static ChildSpec.Limits limits(PolicyProperties.@Nullable Limits limits) {
    return limits == null
        ? ChildSpec.Limits.NONE
        : new ChildSpec.Limits(
            limits.memory() == null ? null : limits.memory().toBytes(),
            limits.cpuTime() == null ? null : limits.cpuTime().toSeconds(),
            limits.openFiles(),
            limits.processes(),
            limits.fileSize() == null ? null : limits.fileSize().toBytes(),
            limits.cpuWeight());
  }

  @Bean
  Secrets secrets(SecretsProperties properties) {
    if (properties.dir().isBlank()) {
      return new Secrets(null);
    }
    try {
      Path folder = Path.of(properties.dir().strip());
      if (folder.isAbsolute() && Files.isDirectory(folder)) {
        return new Secrets(folder);
      }
    } catch (InvalidPathException e) {
      throw badFolder(properties.dir());
    }
    throw badFolder(properties.dir());
  }

  private static InvalidConfigurationPropertyValueException badFolder(String folder) {
    return new InvalidConfigurationPropertyValueException(
        "headcount.secrets.dir",
        folder,
        "Expected the absolute path of a directory that exists (HEADCOUNT_SECRETS_DIR).");
  }

  @Bean
  PolicyMeters policyMeters(CommandRefusals refusals) {
    return new PolicyMeters(refusals::total);
  }
}
