package io.headcount.config;

import io.headcount.child.ChildAdapter;
import io.headcount.child.UnsupportedPlatformException;
import io.headcount.child.jdk.JdkChildAdapter;
import io.headcount.child.linux.LinuxChildAdapter;
import java.util.Locale;

/** Opens the adapter that the configuration or, with {@code auto}, the platform chooses. */
final class Adapters {
  private Adapters() {}

  /**
   * Opens it.
   *
   * @throws UnsupportedPlatformException if this machine lacks what the adapter needs
   */
  static ChildAdapter open(HeadcountProperties properties) {
    HeadcountProperties.Child child = properties.child();
    return switch (child.adapter()) {
      case AUTO -> onLinux() ? linux(properties) : new JdkChildAdapter();
      case LINUX -> linux(properties);
      case JDK -> new JdkChildAdapter();
    };
  }

  private static ChildAdapter linux(HeadcountProperties properties) {
    if (!onLinux()) {
      throw new UnsupportedPlatformException(
          "expected Linux, this is " + System.getProperty("os.name"));
    }
    return LinuxChildAdapter.create(
        new LinuxChildAdapter.Options(
            properties.child().eventLoops(), properties.child().spawners(), properties.escapees()));
  }

  private static boolean onLinux() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
  }
}
