package io.headcount.policy;

import java.io.Serial;

/** The policy itself is wrong. */
public final class PolicyException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String key;
  private final String value;

  /**
   * One thing that is wrong.
   *
   * @param key where, below {@code headcount.policy}
   * @param value what came
   * @param reason what was expected, and what to do
   */
  public PolicyException(String key, String value, String reason) {
    super(reason);
    this.key = key;
    this.value = value;
  }

  public String key() {
    return key;
  }

  public String value() {
    return value;
  }

  public String reason() {
    return String.valueOf(getMessage());
  }
}
