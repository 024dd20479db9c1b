package io.headcount.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.policy.Policy;
import io.headcount.policy.Role;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;

/** A policy that makes no sense is refused at the start, by its key. */
class PolicyRefusalTests {

  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties({
    HeadcountProperties.class,
    PolicyProperties.class,
    SecretsProperties.class,
    CallersProperties.class
  })
  static class Properties {
    @Bean
    io.headcount.supervisor.SupervisorSettings settings(
        HeadcountProperties properties, CallersProperties callers) {
      return new SupervisorConfiguration().supervisorSettings(properties, callers);
    }

    @Bean
    io.headcount.child.ChildAdapter adapter() {
      return new io.headcount.child.jdk.JdkChildAdapter();
    }

    @Bean
    io.headcount.api.CommandRefusals refusals() {
      return new io.headcount.api.CommandRefusals();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "free: deny                                           | headcount.policy.shell | expected deny",
        "executables: {allow: [bin/ls]}                       | headcount.policy.executables.allow[0] | absolute path",
        "executables: {allow: [/usr/bin/]}                    | headcount.policy.executables.allow[0] | absolute path",
        "executables: {deny: [/usr/bin/ls, '/bin/[']}         | headcount.policy.executables.deny[1] | no path or glob",
        "executables: {allow: [/bin/sh]}                      | headcount.policy.executables.allow[0] | name the file itself",
        "executables: {deny: [{path: /x, roles: [root]}]}     | headcount.policy.executables.deny[0].roles | root",
        "sandbox: true                                        | headcount.policy.sandbox | the jdk adapter has no means",
        "no-new-privs: true                                   | headcount.policy.no-new-privs | the jdk adapter has no means",
        "parent-death-signal: kill                            | headcount.policy.parent-death-signal | the jdk adapter has no means",
        "parent-death-signal: SIGNOPE                         | headcount.policy.parent-death-signal | SIGKILL",
        "env: {allow: ['LD_*_X']}                             | headcount.policy.env.allow[0] | PYTHON*",
        "commands: {x: {argv: []}}                            | headcount.policy.commands.x.argv | at least the program",
        "commands: {x: {argv: ['{p}'], parameters: {p: {max: 5}}}} | headcount.policy.commands.x.argv[0] | cannot be a parameter",
        "commands: {x: {argv: [a, '{p}']}}                    | headcount.policy.commands.x.argv[1] | no parameter p",
        "commands: {x: {argv: [a], parameters: {p: {max: 5}}}} | headcount.policy.commands.x.parameters.p | stands nowhere",
        "commands: {x: {argv: [a], output-file: a/}}          | headcount.policy.commands.x.output-file | path of a file",
        "commands: {x: {argv: [a], output-file: a, redact: true}} | headcount.policy.commands.x.output-file | no secret in it",
        "commands: {x: {argv: [a], output-file: a, tty: true}} | headcount.policy.commands.x.output-file | passes no terminal",
        "commands: {x: {argv: [a], roles: [root]}}            | headcount.policy.commands.x.roles | [admin, runner, viewer]",
        "commands: {x: {argv: [a], env: {HEADCOUNT_RUN: a}}}  | headcount.policy.commands.x.env | HEADCOUNT_RUN",
        "commands: {x: {argv: [a], env: {A_B: a}, secret-env: {A_B: b}}} | headcount.policy.commands.x.secret-env | env does not name",
        "commands: {x: {argv: [a, '{p}'], parameters: {p: {pattern: '['}}}} | headcount.policy.commands.x.parameters.p.pattern | regular expression",
        "commands: {x: {argv: [a, '{p}'], parameters: {p: {type: integer, pattern: a}}}} | headcount.policy.commands.x.parameters.p.pattern | Only a string",
        "commands: {x: {argv: [a, '{p}'], parameters: {p: {type: enum}}}} | headcount.policy.commands.x.parameters.p.values | Expected values",
        "commands: {x: {argv: [a, '{p}'], parameters: {p: {values: [a]}}}} | headcount.policy.commands.x.parameters.p.values | Expected values",
        "commands: {x: {argv: [a, '{p}'], parameters: {p: {min: 5, max: 4}}}} | headcount.policy.commands.x.parameters.p.min | no more than max",
        "commands: {x: {argv: [a, '{p}'], parameters: {p: {type: boolean, min: 4}}}} | headcount.policy.commands.x.parameters.p.min | Only numbers",
        "commands: {x: {argv: [a, '{p}'], parameters: {p: {type: integer, default: a}}}} | headcount.policy.commands.x.parameters.p.default | whole number",
        "commands: {x: {argv: [a, '{p}'], parameters: {p: {default: -a}}}} | headcount.policy.commands.x.parameters.p.default | beginning with '-'",
        "commands: {x: {argv: [a, '{p}'], parameters: {p: {required: false}}}} | headcount.policy.commands.x.parameters.p.required | not required",
        "commands: {x: {argv: [a, '{p}'], parameters: {p: {required: true, default: a}}}} | headcount.policy.commands.x.parameters.p.required | not required",
      })
  void namesTheKey(String policy, String key, String expected) {
    with(policy.strip())
        .run(context -> {
          Throwable cause = root(context.getStartupFailure());
          assertThat(cause).isInstanceOf(InvalidConfigurationPropertyValueException.class);
          var wrong = (InvalidConfigurationPropertyValueException) cause;
          assertThat(wrong.getName()).isEqualTo(key);
          assertThat(wrong.getReason() + wrong.getValue()).contains(expected);
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "commands: {x: {argv: [a], wrong: 5}} | wrong",
        "commands: {x: {cwd: /tmp}} | argv",
        "commands: {x: {argv: [a], limits: {open-files: 0}}} | openFiles",
        "commands: {x: {argv: [a, '{p}'], parameters: {p: {type: text}}}} | parameters.p.type",
      })
  void namesWhatCannotBeRead(String policy, String named) {
    with(policy.strip())
        .run(context -> {
          StringBuilder told = new StringBuilder();
          for (Throwable t = context.getStartupFailure(); t != null; t = t.getCause()) {
            told.append(t).append('\n');
          }
          assertThat(told).contains(named);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"/no/such", "relative", "/etc/passwd"})
  void namesTheFolderOfSecretsWhenThereIsNone(String folder) {
    with("cwd: anywhere")
        .withPropertyValues("headcount.secrets.dir=" + folder)
        .run(context ->
            assertThat(root(context.getStartupFailure()).getMessage())
                .contains("headcount.secrets.dir")
                .contains(folder));
  }

  @Test
  void readsAPolicyThatMakesSense() {
    with("shell: deny\nfree: deny\ncommands: {x: {argv: [a, '{p}'], parameters: {p: {max: 5}}}}")
        .run(context -> {
          assertThat(context).hasNotFailed();
          assertThat(context.getBean(Policy.class).commands(Role.RUNNER)).hasSize(1);
        });
  }

  private static ApplicationContextRunner with(String policy) {
    return new ApplicationContextRunner()
        .withInitializer(context -> {
          var sources = context.getEnvironment().getPropertySources();
          String yaml =
              "headcount:\n  policy:\n" + policy.indent(4); // as an operator's file would have it
          try {
            var loader = new YamlPropertySourceLoader();
            Resource given = new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8));
            loader.load("given", given).forEach(sources::addLast);
            loader
                .load("application", new ClassPathResource("application.yaml"))
                .forEach(sources::addLast);
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        })
        .withUserConfiguration(Properties.class, PolicyConfiguration.class);
  }

  private static Throwable root(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
