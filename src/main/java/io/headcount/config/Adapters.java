package io.headcount.config;

import io.headcount.child.ChildAdapter;
import io.headcount.child.UnsupportedPlatformException;
import io.headcount.child.jdk.JdkChildAdapter;

/** Opens the adapter that the configuration or, with {@code auto}, the platform chooses. */
final class Adapters {
  private Adapters() {}

  static ChildAdapter open(HeadcountProperties.Child child) {
    return switch (child.adapter()) {
      case AUTO, JDK -> new JdkChildAdapter();
      case LINUX -> throw new UnsupportedPlatformException("the Linux adapter is not there yet");
    };
  }
}
