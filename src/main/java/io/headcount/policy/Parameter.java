package io.headcount.policy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * One place of a command template, and what may stand there.
 *
 * <p>A value that begins with {@code -} would be taken for an option by most programs, so it must
 * be allowed in so many words: by a pattern that begins with {@code -}, a minimum below 0, or as
 * one of the values of an enum.
 *
 * @param type what a value is in JSON
 * @param pattern what a string must match as a whole
 * @param min the least number, or the fewest characters of a string
 * @param max the greatest number, or the most characters of a string
 * @param values of an enum
 * @param otherwise what is taken when none is given; null: one must be given
 * @param description for people
 */
public record Parameter(
    Type type,
    @Nullable Pattern pattern,
    @Nullable BigDecimal min,
    @Nullable BigDecimal max,
    List<String> values,
    @Nullable Object otherwise,
    @Nullable String description) {
  private static final int MOST_CHARACTERS = 4096;

  /** What a value is in JSON; one of an enum is a string. */
  public enum Type {
    STRING,
    INTEGER,
    NUMBER,
    BOOLEAN,
    ENUM;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A parameter as it is written.
   *
   * @param required false must come with {@code otherwise}, true must not
   * @param otherwise the default as text
   */
  public record Written(
      @Nullable Type type,
      @Nullable String pattern,
      @Nullable BigDecimal min,
      @Nullable BigDecimal max,
      List<String> values,
      @Nullable String otherwise,
      @Nullable Boolean required,
      @Nullable String description) {}

  /**
   * Reads a parameter.
   *
   * @param key where it stands
   * @throws PolicyException if it makes no sense
   */
  static Parameter of(String key, Written written) {
    Type type = written.type() == null ? Type.STRING : written.type();
    String pattern = written.pattern();
    if (pattern != null && type != Type.STRING) {
      throw new PolicyException(key + ".pattern", pattern, "Only a string has a pattern.");
    }
    if (type == Type.ENUM == written.values().isEmpty()) {
      throw new PolicyException(
          key + ".values",
          written.values().toString(),
          "Expected values with an enum, only there.");
    }
    boolean bounded = type != Type.ENUM && type != Type.BOOLEAN;
    if (!bounded && (written.min() != null || written.max() != null)) {
      throw new PolicyException(
          key + ".min", type.label(), "Only numbers and strings have min and max.");
    }
    if (written.min() != null
        && written.max() != null
        && written.min().compareTo(written.max()) > 0) {
      throw new PolicyException(
          key + ".min", written.min().toString(), "Expected no more than max, " + written.max());
    }
    Parameter parameter =
        new Parameter(
            type,
            pattern == null ? null : compiled(key + ".pattern", pattern),
            written.min(),
            written.max(),
            List.copyOf(written.values()),
            null,
            written.description());
    String text = written.otherwise();
    if (Boolean.TRUE.equals(written.required()) == (text != null) && written.required() != null) {
      throw new PolicyException(
          key + ".required",
          String.valueOf(written.required()),
          "A parameter has a default exactly if it is not required.");
    }
    return text == null ? parameter : parameter.or(key + ".default", text);
  }

  private static Pattern compiled(String key, String pattern) {
    try {
      return Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new PolicyException(
          key, pattern, "It is no regular expression: " + e.getDescription() + ".");
    }
  }

  private Parameter or(String key, String text) {
    Object value;
    try {
      value =
          switch (type) {
            case STRING, ENUM -> text;
            case INTEGER -> Long.valueOf(text);
            case NUMBER -> Double.valueOf(text);
            case BOOLEAN ->
                text.equals("true") || text.equals("false") ? text.equals("true") : text;
          };
    } catch (NumberFormatException e) {
      value = text;
    }
    Optional<String> problem = problem(value);
    if (problem.isPresent()) {
      throw new PolicyException(key, text, "As a default, " + problem.get() + ".");
    }
    return new Parameter(type, pattern, min, max, values, value, description);
  }

  /** Says what is wrong with a value: what was expected. Never the value. */
  Optional<String> problem(Object value) {
    boolean fits =
        switch (type) {
          case STRING -> value instanceof String text && fits(text);
          case ENUM -> value instanceof String text && values.contains(text);
          case INTEGER -> value instanceof Long number && fits(BigDecimal.valueOf(number));
          case NUMBER -> value instanceof Number number && fits(decimal(number));
          case BOOLEAN -> value instanceof Boolean;
        };
    return fits ? Optional.empty() : Optional.of("expected " + expectation());
  }

  private boolean fits(String text) {
    int most = max == null ? MOST_CHARACTERS : max.intValue();
    if (text.length() > most || (min != null && text.length() < min.intValue())) {
      return false;
    }
    if (text.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      return false;
    }
    return (mayBeOption() || !text.startsWith("-")) && (pattern == null || matches(pattern, text));
  }

  /** A pattern that the text is too long for has no stack left to say no. */
  private static boolean matches(Pattern pattern, String text) {
    try {
      return pattern.matcher(text).matches();
    } catch (StackOverflowError e) {
      return false;
    }
  }

  private boolean fits(BigDecimal number) {
    return (mayBeOption() || number.signum() >= 0)
        && (min == null || number.compareTo(min) >= 0)
        && (max == null || number.compareTo(max) <= 0);
  }

  private boolean mayBeOption() {
    return pattern != null ? pattern.pattern().startsWith("-") : min != null && min.signum() < 0;
  }

  private static BigDecimal decimal(Number number) {
    return number instanceof Long whole
        ? BigDecimal.valueOf(whole)
        : BigDecimal.valueOf(number.doubleValue());
  }

  /** A value as it stands in an argument. */
  public static String text(Object value) {
    return value instanceof Double number
        ? BigDecimal.valueOf(number).stripTrailingZeros().toPlainString()
        : value.toString();
  }

  /** What a value must be, in words. */
  String expectation() {
    return switch (type) {
      case BOOLEAN -> "true or false";
      case ENUM -> "one of " + values;
      case INTEGER -> "a whole number" + (min == null ? ", 0 or more" : " from " + min) + upTo();
      case NUMBER -> "a number" + (min == null ? ", 0 or more" : " from " + min) + upTo();
      case STRING ->
          "a string of "
              + (min == null ? 0 : min.intValue())
              + " to "
              + (max == null ? MOST_CHARACTERS : max.intValue())
              + " characters without NUL"
              + (mayBeOption() ? "" : ", not beginning with '-'")
              + (pattern == null ? "" : ", that matches " + pattern);
    };
  }

  private String upTo() {
    return max == null ? "" : min == null ? " up to " + max : " to " + max;
  }
}
