package io.headcount.api;

import io.headcount.supervisor.Reason;
import io.headcount.supervisor.RunQuery;
import io.headcount.supervisor.RunState;
import io.headcount.supervisor.SupervisorException;
import io.headcount.supervisor.Violation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MultiValueMap;

/** Reads the parameters of a list. {@link KnownParameters} has refused those of other names. */
final class ListQuery {
  private static final int DEFAULT_LIMIT = 50;
  private static final int MAX_LIMIT = 200;

  private final MultiValueMap<String, String> parameters;
  private final List<Violation> violations = new ArrayList<>();

  private ListQuery(MultiValueMap<String, String> parameters) {
    this.parameters = parameters;
  }

  /**
   * Reads them.
   *
   * @param bootId this life of the service, the only one whose cursors are of use
   * @throws SupervisorException.Invalid naming all that is wrong
   */
  static RunQuery parse(MultiValueMap<String, String> parameters, String bootId) {
    ListQuery reader = new ListQuery(parameters);
    RunQuery query = reader.query(bootId);
    if (!reader.violations.isEmpty()) {
      throw new SupervisorException.Invalid(reader.violations);
    }
    return query;
  }

  /** The text of a cursor, of no meaning to clients. */
  static String cursor(String bootId, long sequence) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString((bootId + "." + sequence).getBytes(StandardCharsets.US_ASCII));
  }

  private RunQuery query(String bootId) {
    return new RunQuery(
        anyOf("state", RunState.values(), RunState::label),
        anyOf("reason", Reason.values(), Reason::label),
        parameters.getFirst("scopeKey"),
        labels(),
        limit(),
        position(bootId),
        null);
  }

  private <T> Set<T> anyOf(String name, T[] all, Function<T, String> label) {
    Set<T> wanted = new LinkedHashSet<>();
    for (String value : values(name)) {
      for (String each : value.split(",", -1)) {
        T found =
            Arrays.stream(all)
                .filter(one -> label.apply(one).equals(each.strip()))
                .findFirst()
                .orElse(null);
        if (found != null) {
          wanted.add(found);
        } else {
          String known = Arrays.stream(all).map(label).collect(Collectors.joining(", "));
          violations.add(
              new Violation(
                  "/" + name, "expected any of " + known + ", got " + RunRequests.quote(each)));
        }
      }
    }
    return wanted;
  }

  private Map<String, String> labels() {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String pair : values("label")) {
      int colon = pair.indexOf(':');
      if (colon < 1) {
        violations.add(
            new Violation("/label", "expected key:value, got " + RunRequests.quote(pair)));
      } else {
        labels.put(pair.substring(0, colon), pair.substring(colon + 1));
      }
    }
    return labels;
  }

  private int limit() {
    String text = parameters.getFirst("limit");
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    if (text.matches("\\d{1,3}")
        && Integer.parseInt(text) >= 1
        && Integer.parseInt(text) <= MAX_LIMIT) {
      return Integer.parseInt(text);
    }
    violations.add(
        new Violation("/limit", "expected 1 to " + MAX_LIMIT + ", got " + RunRequests.quote(text)));
    return DEFAULT_LIMIT;
  }

  private @Nullable Long position(String bootId) {
    String text = parameters.getFirst("cursor");
    if (text == null) {
      return null;
    }
    try {
      String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII);
      if (plain.matches("[0-9a-zA-Z-]+\\.\\d{1,18}") && plain.startsWith(bootId + ".")) {
        return Long.valueOf(plain.substring(bootId.length() + 1));
      }
    } catch (IllegalArgumentException e) {
      // no base64: told below, as any other text that is no cursor
    }
    violations.add(
        new Violation(
            "/cursor", "expected a nextCursor of this life of the service (boot " + bootId + ")"));
    return null;
  }

  private List<String> values(String name) {
    return parameters.getOrDefault(name, List.of());
  }
}
