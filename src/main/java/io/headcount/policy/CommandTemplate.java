package io.headcount.policy;

import io.headcount.child.ChildSpec;
import io.headcount.child.ChildSpec.Limits;
import io.headcount.supervisor.RunSpec;
import io.headcount.supervisor.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A command with a name. {@code {parameter}} in an argument stands for a value, which becomes a
 * part of that argument whatever it is: no value adds an argument, and no shell sees any.
 *
 * @param name by which it is asked for
 * @param description for people
 * @param argv the arguments with their places; the first has none
 * @param parameters by name, in the order in which they were written
 * @param cwd the working directory; null is the workspace
 * @param env the variables to set
 * @param secretEnv variables and the names of the secrets that they hold
 * @param limits resource limits
 * @param confinement what it is kept from
 * @param timeout how long it may take; null leaves that to the request
 * @param terminal whether a request may ask for a terminal
 * @param redact whether stars take the place of its secrets in its output
 * @param outputFile what its output goes to in place of the service; null is the service
 * @param roles who may run it; empty is everybody
 */
public record CommandTemplate(
    String name,
    @Nullable String description,
    List<String> argv,
    Map<String, Parameter> parameters,
    @Nullable String cwd,
    Map<String, String> env,
    Map<String, String> secretEnv,
    Limits limits,
    RunSpec.Confinement confinement,
    @Nullable Duration timeout,
    boolean terminal,
    boolean redact,
    @Nullable String outputFile,
    Set<Role> roles) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
  private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z][A-Za-z0-9_-]*)}");

  public CommandTemplate {
    argv = List.copyOf(argv);
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    env = Map.copyOf(env);
    secretEnv = Map.copyOf(secretEnv);
    roles = Set.copyOf(roles);
    check(name, argv, parameters.keySet());
    env.forEach((variable, value) -> checkVariable(key(name) + ".env", variable, value));
    if (outputFile != null) {
      checkFile(key(name) + ".output-file", outputFile, redact, terminal);
    }
    for (String variable : secretEnv.keySet()) {
      checkVariable(key(name) + ".secret-env", variable, "");
      if (env.containsKey(variable)) {
        throw new PolicyException(
            key(name) + ".secret-env", variable, "Expected a variable that env does not name too.");
      }
    }
  }

  private static void checkFile(String key, String file, boolean redact, boolean terminal) {
    if (file.isBlank() || file.endsWith("/") || file.indexOf('\0') >= 0) {
      throw new PolicyException(key, file, "Expected the path of a file.");
    }
    if (redact || terminal) {
      throw new PolicyException(
          key, file, "What goes to a file passes no terminal, and no secret in it can be covered.");
    }
  }

  private static void checkVariable(String key, String name, String value) {
    if (name.isBlank()
        || name.indexOf('=') >= 0
        || (name + value).indexOf('\0') >= 0
        || name.equals(ChildSpec.COOKIE)) {
      throw new PolicyException(
          key,
          name,
          "Expected a name and a value without NUL, the name without '=' and not "
              + ChildSpec.COOKIE
              + ".");
    }
  }

  static String key(String name) {
    return "commands." + name;
  }

  /** The key of one parameter of a command. */
  static String key(String name, String parameter) {
    return key(name) + ".parameters." + parameter;
  }

  /**
   * Reads the parameters of a command.
   *
   * @throws PolicyException if one makes no sense
   */
  public static Map<String, Parameter> parameters(
      String name, Map<String, Parameter.Written> written) {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    written.forEach(
        (parameter, what) -> parameters.put(parameter, Parameter.of(key(name, parameter), what)));
    return parameters;
  }

  private static void check(String name, List<String> argv, Set<String> parameters) {
    if (!NAME.matcher(name).matches()) {
      throw new PolicyException(
          "commands", name, "Expected names of letters, digits, '-' and '_', 64 at most.");
    }
    if (argv.isEmpty() || argv.getFirst().isBlank()) {
      throw new PolicyException(
          key(name) + ".argv", argv.toString(), "Expected at least the program.");
    }
    Set<String> unused = new TreeSet<>(parameters);
    for (int i = 0; i < argv.size(); i++) {
      String argument = argv.get(i);
      String key = key(name) + ".argv[" + i + "]";
      if (argument.indexOf('\0') >= 0) {
        throw new PolicyException(key, argument, "Expected no NUL byte.");
      }
      Matcher place = PLACE.matcher(argument);
      while (place.find()) {
        if (i == 0) {
          throw new PolicyException(key, argument, "The program itself cannot be a parameter.");
        }
        if (!parameters.contains(place.group(1))) {
          throw new PolicyException(
              key, argument, "There is no parameter " + place.group(1) + ": declare it.");
        }
        unused.remove(place.group(1));
      }
    }
    if (!unused.isEmpty()) {
      throw new PolicyException(
          key(name, unused.iterator().next()), "", "It stands nowhere in argv.");
    }
  }

  /**
   * Fills the places.
   *
   * @param given values as they came from JSON: strings, longs, doubles, booleans
   * @param found gets what is wrong with them
   * @return the command, or null if something is
   */
  public RunSpec.Command.@Nullable Named fill(Map<String, Object> given, List<Violation> found) {
    List<Violation> wrong = new ArrayList<>();
    for (String unknown : new TreeSet<>(given.keySet())) {
      if (!parameters.containsKey(unknown)) {
        wrong.add(
            new Violation(
                pointer(unknown),
                "is no parameter of " + name + ", which has " + parameters.keySet()));
      }
    }
    Map<String, Object> values = new LinkedHashMap<>();
    parameters.forEach((parameter, what) -> {
      Object value = given.containsKey(parameter) ? given.get(parameter) : what.otherwise();
      if (value == null) {
        wrong.add(new Violation(pointer(parameter), "is required: expected " + what.expectation()));
        return;
      }
      what.problem(value).ifPresent(p -> wrong.add(new Violation(pointer(parameter), p)));
      values.put(parameter, value);
    });
    found.addAll(wrong);
    return wrong.isEmpty() ? new RunSpec.Command.Named(name, values, filled(values)) : null;
  }

  private static String pointer(String parameter) {
    return "/parameters/" + parameter.replace("~", "~0").replace("/", "~1");
  }

  /** One look at each argument: what a value holds is never looked at for places. */
  private List<String> filled(Map<String, Object> values) {
    return argv.stream()
        .map(argument ->
            PLACE
                .matcher(argument)
                .replaceAll(place ->
                    Matcher.quoteReplacement(
                        Parameter.text(values.getOrDefault(place.group(1), "")))))
        .toList();
  }
}
