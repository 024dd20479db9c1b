package io.headcount.child.jdk;

import java.io.File;
import java.util.Locale;

/** Which family of system this is, as far as the JDK's own answers differ between them. */
enum Platform {
  LINUX("/dev/null"),
  MAC("/dev/null"),
  WINDOWS("NUL");

  private static final Platform CURRENT = detect(System.getProperty("os.name", ""));

  private final String nullDevice;

  Platform(String nullDevice) {
    this.nullDevice = nullDevice;
  }

  static Platform current() {
    return CURRENT;
  }

  static Platform detect(String osName) {
    String name = osName.toLowerCase(Locale.ROOT);
    if (name.startsWith("windows")) {
      return WINDOWS;
    }
    return name.startsWith("mac") ? MAC : LINUX;
  }

  boolean posix() {
    return this != WINDOWS;
  }

  /** What reads as an immediate end-of-file. */
  File nullDevice() {
    return new File(nullDevice);
  }
}
