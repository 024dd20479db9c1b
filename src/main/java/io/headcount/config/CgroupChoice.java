package io.headcount.config;

/** Values of {@code headcount.cgroup}. */
public enum CgroupChoice {
  /** One for each run where a cgroup of version 2 is delegated to the service. */
  AUTO,
  /** One for each run; without, the service does not start. */
  ON,
  /** None. */
  OFF
}
