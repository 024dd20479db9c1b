package io.headcount.config;

/** Values of {@code headcount.guardian}. */
public enum GuardianChoice {
  /** One where it is of use: with the Linux adapter, outside of containers. */
  AUTO,
  /** One; needs the Linux adapter. */
  ON,
  /** None. */
  OFF
}
