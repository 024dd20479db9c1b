package io.headcount.policy;

import java.io.Serial;

/** The policy does not allow what was asked for; nothing was opened or started. */
public final class ForbiddenException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String pointer;
  private final String rule;

  /**
   * A refusal.
   *
   * @param pointer JSON pointer to the field that asked for it
   * @param rule the setting that refuses it
   * @param message what is not allowed, and what to do
   */
  public ForbiddenException(String pointer, String rule, String message) {
    super(message, null, false, false);
    this.pointer = pointer;
    this.rule = rule;
  }

  public String pointer() {
    return pointer;
  }

  public String rule() {
    return rule;
  }

  public String reason() {
    return String.valueOf(getMessage());
  }
}
