package io.headcount.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.headcount.child.ChildSpec.Limits;
import io.headcount.supervisor.RunSpec;
import io.headcount.supervisor.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/** Whatever the values are, a template has as many arguments as it has. */
class CommandTemplatePropertyTests {
  private static final List<String> PIECES =
      List.of("{a}", "{b}", "--x=", " ", "{", "}", "{}", "{{a}}", "\\", "$1", "-", "é");

  @Property(tries = 2000)
  void noValueChangesTheNumberOfArgumentsOrWhatStandsAroundIt(
      @ForAll("arguments") @Size(max = 6) List<String> arguments,
      @ForAll("values") String a,
      @ForAll("values") String b) {
    List<String> argv = new ArrayList<>(List.of("program"));
    argv.addAll(arguments);
    argv.add("{a}{b}"); // so that both stand somewhere
    List<Violation> found = new ArrayList<>();
    RunSpec.Command.@Nullable Named command = template(argv).fill(Map.of("a", a, "b", b), found);

    boolean option = a.startsWith("-") || b.startsWith("-");
    boolean nul = (a + b).indexOf('\0') >= 0;
    assertThat(command == null).isEqualTo(option || nul).isEqualTo(!found.isEmpty());
    if (command != null) {
      assertThat(command.argv()).hasSize(argv.size());
      for (int i = 0; i < argv.size(); i++) {
        assertThat(command.argv().get(i)).isEqualTo(expected(argv.get(i), a, b));
      }
    }
  }

  /** The plainest filling there is: one look from left to right. */
  private static String expected(String argument, String a, String b) {
    StringBuilder filled = new StringBuilder();
    int at = 0;
    while (at < argument.length()) {
      if (argument.startsWith("{a}", at) || argument.startsWith("{b}", at)) {
        filled.append(argument.charAt(at + 1) == 'a' ? a : b);
        at += 3;
      } else {
        filled.append(argument.charAt(at++));
      }
    }
    return filled.toString();
  }

  private static CommandTemplate template(List<String> argv) {
    Parameter.Written any =
        new Parameter.Written(null, null, null, null, List.of(), null, null, null);
    return new CommandTemplate(
        "any",
        null,
        argv,
        CommandTemplate.parameters("any", Map.of("a", any, "b", any)),
        null,
        Map.of(),
        Map.of(),
        Limits.NONE,
        RunSpec.Confinement.DEFAULTS,
        null,
        false,
        false,
        null,
        Set.of());
  }

  @Provide
  Arbitrary<List<String>> arguments() {
    return Arbitraries.of(PIECES)
        .list()
        .ofMaxSize(4)
        .map(pieces -> String.join("", pieces))
        .list()
        .ofMaxSize(6);
  }

  @Provide
  Arbitrary<String> values() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            "",
            " ",
            "a b",
            "'",
            "\"",
            "\n",
            "$(id)",
            "`id`",
            "*",
            "{a}",
            "{b}",
            "$1",
            "\\1",
            "-",
            "--help",
            "\0",
            "a\0b",
            ";",
            "|",
            "x".repeat(4096)),
        Arbitraries.strings().ascii().ofMaxLength(40),
        Arbitraries.strings().withChars('{', '}', 'a', 'b', '-', '\\', '$').ofMaxLength(12));
  }
}
