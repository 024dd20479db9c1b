package io.headcount.config;

import java.util.List;

/** Settings below {@code headcount} that do not exist, and would have been ignored. */
final class UnknownSettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A line for each: its name, where it was written, and the nearest that exists. */
  UnknownSettingsException(List<String> lines) {
    super(String.join("\n", lines));
  }
}
