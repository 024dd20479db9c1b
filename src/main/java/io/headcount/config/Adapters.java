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
  static ChildAdapter open(HeadcountProperties.Child child) {
    return switch (child.adapter()) {
      case AUTO -> onLinux() ? linux(child) : new JdkChildAdapter();
      case LINUX -> linux(child);
      case JDK -> new JdkChildAdapter();
    };
  }

  private static ChildAdapter linux(HeadcountProperties.Child child) {
    if (!onLinux()) {
      throw new UnsupportedPlatformException(
          "expected Linux, this is " + System.getProperty("os.name"));
    }
    return LinuxChildAdapter.create(
        new LinuxChildAdapter.Options(child.eventLoops(), child.spawners()));
  }

  private static boolean onLinux() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
  }
}
