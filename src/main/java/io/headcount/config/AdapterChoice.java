package io.headcount.config;

/** Values of {@code headcount.child.adapter}. */
public enum AdapterChoice {
  /** The Linux adapter on Linux, else the portable one. */
  AUTO,
  /** clone, pidfd and epoll; Linux only. */
  LINUX,
  /** {@link ProcessBuilder}; anywhere. */
  JDK
}
