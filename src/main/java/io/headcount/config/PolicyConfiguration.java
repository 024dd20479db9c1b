package io.headcount.config;

import io.headcount.api.CommandRefusals;
import io.headcount.child.ChildAdapter;
import io.headcount.child.ChildSpec;
import io.headcount.child.Means;
import io.headcount.child.Signal;
import io.headcount.metrics.PolicyMeters;
import io.headcount.policy.CommandTemplate;
import io.headcount.policy.EnvironmentRules;
import io.headcount.policy.ExecutableRules;
import io.headcount.policy.Forced;
import io.headcount.policy.Parameter;
import io.headcount.policy.Policy;
import io.headcount.policy.PolicyException;
import io.headcount.policy.Role;
import io.headcount.policy.Secrets;
import io.headcount.supervisor.RunSpec;
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
  Policy policy(PolicyProperties properties, SupervisorSettings settings, ChildAdapter adapter) {
    if (settings.defaults().noNewPrivs()) {
      require(adapter, Means.NO_NEW_PRIVS, "defaults.no-new-privs", true);
    }
    if (properties.noNewPrivs()) {
      require(adapter, Means.NO_NEW_PRIVS, "policy.no-new-privs", true);
    }
    Signal signal = signal(properties.parentDeathSignal());
    if (signal != null) {
      require(adapter, Means.PARENT_DEATH_SIGNAL, "policy.parent-death-signal", signal);
    }
    if (properties.sandbox()) {
      require(adapter, Means.SANDBOX, "policy.sandbox", true);
    }
    try {
      return new Policy(
          properties.shell() == PolicyProperties.Choice.ALLOW,
          properties.free() == PolicyProperties.Choice.ALLOW,
          properties.cwd() == PolicyProperties.Place.WORKSPACE,
          settings.workspace(),
          ExecutableRules.of(
              rules(properties.executables().allow()), rules(properties.executables().deny())),
          new EnvironmentRules(properties.env().allow()),
          new Forced(properties.noNewPrivs(), signal, properties.sandbox()),
          commands(properties.commands()));
    } catch (PolicyException e) {
      throw new InvalidConfigurationPropertyValueException(
          "headcount.policy." + e.key(), e.value(), e.reason());
    }
  }

  private static @Nullable Signal signal(String name) {
    return name.isBlank()
        ? null
        : Signal.named(name)
            .orElseThrow(() ->
                new InvalidConfigurationPropertyValueException(
                    "headcount.policy.parent-death-signal",
                    name,
                    "Expected a signal such as SIGKILL (HEADCOUNT_POLICY_PARENT_DEATH_SIGNAL)."));
  }

  /** What no start could be given is refused at the service's own. */
  private static void require(ChildAdapter adapter, Means means, String key, Object value) {
    adapter
        .lacks(means)
        .ifPresent(why -> {
          throw new InvalidConfigurationPropertyValueException(
              "headcount." + key, value, "It cannot be had here: " + why + ".");
        });
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
        confinement(command),
        command.timeout(),
        command.tty(),
        command.redact(),
        command.outputFile(),
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
            limits.cpuWeight(),
            limits.coreSize() == null ? null : limits.coreSize().toBytes());
  }

  private static RunSpec.Confinement confinement(PolicyProperties.Command command) {
    PolicyProperties.Security security = command.security();
    PolicyProperties.SandboxOf sandbox = command.sandbox();
    return new RunSpec.Confinement(
        security == null ? null : security.noNewPrivs(),
        security == null ? null : security.parentDeathSignal(),
        sandbox == null ? null : new RunSpec.Sandbox(sandbox.network(), sandbox.writable()),
        false);
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
