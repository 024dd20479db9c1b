package io.headcount.config;

/** Values of {@code headcount.child.adapter}. */
public enum AdapterChoice {
  /** The Linux adapter on Linux, else the portable one. */
  AUTO,
  /** posix_spawn, pidfd and epoll; Linux only. */
  LINUX,
  /** {@link ProcessBuilder}; anywhere. */
  JDK
}
