package io.headcount.child;

import org.jspecify.annotations.Nullable;

/**
 * Why a command did not start.
 *
 * @param kind what kind of failure, for programs
 * @param errno name of the kernel's answer ({@code ENOENT}), null when it was not the kernel's
 * @param message what was tried, what came, and what to do
 */
public record StartFailure(Kind kind, @Nullable String errno, String message) {

  /** The kinds of failure. */
  public enum Kind {
    NOT_FOUND("not-found"),
    NOT_EXECUTABLE("not-executable"),
    PERMISSION("permission"),
    BAD_CWD("bad-cwd"),
    BAD_OUTPUT("bad-output"),
    TOO_LONG("too-long"),
    RESOURCES("resources"),
    OTHER("other");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** The name in JSON and meters. */
    public String label() {
      return label;
    }
  }
}
