package io.headcount.supervisor;

import org.jspecify.annotations.Nullable;

/** A value for a command's environment that is never shown: its name stands for it. */
public final class Secret {
  private final String name;
  private final String value;

  public Secret(String name, String value) {
    this.name = name;
    this.value = value;
  }

  String value() {
    return value;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Secret secret && name.equals(secret.name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return "Secret[" + name + "]";
  }
}
