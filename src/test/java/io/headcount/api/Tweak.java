package io.headcount.api;

import java.util.function.Consumer;

/** One thing that is done to a request; the same whenever it is done. */
record Tweak(String name, Consumer<Draft> change) {
  @Override
  public String toString() {
    return name.length() > 120 ? name.substring(0, 120) + "..." : name;
  }
}
