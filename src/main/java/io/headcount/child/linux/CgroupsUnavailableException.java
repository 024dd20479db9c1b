package io.headcount.child.linux;

/** Cgroups are required and cannot be had; the message says why. */
public final class CgroupsUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CgroupsUnavailableException(String why) {
    super(why);
  }
}
