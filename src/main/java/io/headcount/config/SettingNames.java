package io.headcount.config;

import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * The settings that exist: the keys of {@code application.yaml} below {@code headcount}, and the
 * environment variables that it or Spring's binding reads.
 */
final class SettingNames {
  private static final ConfigurationPropertyName OURS = ConfigurationPropertyName.of("headcount");

  /** Has no key in the file, for its keys are names of commands; its record is strict itself. */
  private static final ConfigurationPropertyName COMMANDS = OURS.append("policy.commands");

  private static final String VARIABLE_OF_COMMANDS = "HEADCOUNT_POLICY_COMMANDS_";

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{(HEADCOUNT_[A-Z0-9_]+)[:}]");

  /** What a service gives its commands, another Headcount maybe. */
  private static final Set<String> OF_A_RUN = Set.of("HEADCOUNT_RUN");

  private static final String OF_A_SERVICE = "_SERVICE_HOST";

  private final Set<ConfigurationPropertyName> keys = new HashSet<>();
  private final Set<String> variables = new TreeSet<>();

  /** Without its dashes or with underscores for them: Spring takes both. */
  private final Set<String> relaxed = new HashSet<>();

  /** Reads the names from the service's own file, whose placeholders are not resolved yet. */
  void read(EnumerablePropertySource<?> file) {
    for (String key : file.getPropertyNames()) {
      Matcher variable = VARIABLE.matcher(String.valueOf(file.getProperty(key)));
      while (variable.find()) {
        variables.add(variable.group(1));
      }
      ConfigurationPropertyName name = ConfigurationPropertyName.adapt(key, '.');
      if (OURS.isAncestorOf(name)) {
        keys.add(name);
        String upper = key.toUpperCase(Locale.ROOT).replace('.', '_');
        relaxed.add(upper.replace('-', '_'));
        relaxed.add(upper.replace("-", ""));
      }
    }
  }

  boolean isEmpty() {
    return keys.isEmpty();
  }

  /** Whether a key does nothing though it stands where ours do. */
  boolean isUnknownKey(String key) {
    ConfigurationPropertyName name = ConfigurationPropertyName.adapt(key, '.');
    return OURS.isAncestorOf(name)
        && !keys.contains(name)
        && !COMMANDS.isAncestorOf(name)
        && keys.stream().noneMatch(known -> isElement(known, name));
  }

  /** Lists are written element by element: {@code headcount.security.hosts[0]}. */
  private static boolean isElement(ConfigurationPropertyName list, ConfigurationPropertyName name) {
    return list.isAncestorOf(name) && name.isNumericIndex(list.getNumberOfElements());
  }

  /**
   * Whether a variable does nothing though it is named as ours are. Kubernetes and Docker name
   * variables after a Service that is called as we are; those are told by its address.
   */
  boolean isUnknownVariable(String variable, Set<String> environment) {
    return variable.startsWith("HEADCOUNT_")
        && !variables.contains(variable)
        && !relaxed.contains(variable.replaceFirst("(_[0-9]+)+(_.*)?$", ""))
        && !variable.startsWith(VARIABLE_OF_COMMANDS)
        && !OF_A_RUN.contains(variable)
        && environment.stream()
            .filter(name -> name.startsWith("HEADCOUNT") && name.endsWith(OF_A_SERVICE))
            .map(name -> name.substring(0, name.length() - OF_A_SERVICE.length()))
            .noneMatch(service ->
                variable.startsWith(service + "_SERVICE_")
                    || (variable + "_").startsWith(service + "_PORT_"));
  }

  Optional<String> nearestKey(String key) {
    return nearest(
        ConfigurationPropertyName.adapt(key, '.').toString(),
        keys.stream().map(ConfigurationPropertyName::toString).sorted().toList());
  }

  Optional<String> nearestVariable(String variable) {
    return nearest(variable, variables);
  }

  /** The one with the fewest letters to change, if these are no more than a third of its own. */
  private static Optional<String> nearest(String wrong, Collection<String> names) {
    String best = null;
    int least = (wrong.length() - "headcount.".length()) / 3 + 1;
    for (String name : names) {
      int distance = distance(wrong, name);
      if (distance < least) {
        least = distance;
        best = name;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Levenshtein's: letters to insert, to leave out or to replace. */
  private static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[to.length()];
  }
}
