package io.headcount.config;

import io.headcount.child.ChildAdapter;
import io.headcount.child.EscapeePolicy;
import io.headcount.child.UnsupportedPlatformException;
import io.headcount.child.jdk.JdkChildAdapter;
import io.headcount.child.linux.CgroupWish;
import io.headcount.child.linux.CgroupsUnavailableException;
import io.headcount.child.linux.LinuxChildAdapter;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** Opens the adapter that the configuration or, with {@code auto}, the platform chooses. */
final class Adapters {
  private static final Logger LOG = LoggerFactory.getLogger(Adapters.class);

  private Adapters() {}

  /**
   * Opens it.
   *
   * @param boot this life of the service, which a guardian watches
   * @throws UnsupportedPlatformException if this machine lacks what the adapter needs
   */
  static ChildAdapter open(
      HeadcountProperties.Child child,
      EscapeePolicy escapees,
      GuardianChoice guardian,
      CgroupChoice cgroup,
      String boot) {
    boolean linux =
        switch (child.adapter()) {
          case AUTO -> onLinux();
          case LINUX -> true;
          case JDK -> false;
        };
    if (!linux) {
      if (guardian == GuardianChoice.ON) {
        throw refused("guardian", "It needs headcount.child.adapter=linux; expected auto or off");
      }
      if (cgroup == CgroupChoice.ON) {
        throw refused("cgroup", "It needs headcount.child.adapter=linux; expected auto or off");
      }
      return new JdkChildAdapter();
    }
    if (!onLinux()) {
      throw new UnsupportedPlatformException(
          "expected Linux, this is " + System.getProperty("os.name"));
    }
    CgroupWish wish =
        cgroup == CgroupChoice.OFF ? null : new CgroupWish(boot, cgroup == CgroupChoice.ON);
    try {
      return LinuxChildAdapter.create(
          new LinuxChildAdapter.Options(
              child.eventLoops(),
              child.spawners(),
              escapees,
              isGuarded(guardian) ? boot : null,
              wish));
    } catch (CgroupsUnavailableException e) {
      throw refused(
          "cgroup",
          "Expected a cgroup of version 2 that the service may use, got "
              + e.getMessage()
              + "; delegate one (docs/containment.md), or choose auto or off");
    }
  }

  private static InvalidConfigurationPropertyValueException refused(String key, String reason) {
    return new InvalidConfigurationPropertyValueException(
        "headcount." + key,
        "on",
        "%s (HEADCOUNT_%s).".formatted(reason, key.toUpperCase(Locale.ROOT)));
  }

  private static boolean isGuarded(GuardianChoice guardian) {
    return switch (guardian) {
      case ON -> true;
      case OFF -> false;
      case AUTO -> {
        @Nullable String container =
            Container.sign(Path.of("/"), System.getenv(), ProcessHandle.current().pid());
        if (container != null) {
          LOG.info("event=guardian-off container=\"{}\"", container);
        }
        yield container == null;
      }
    };
  }

  private static boolean onLinux() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");
  }
}
