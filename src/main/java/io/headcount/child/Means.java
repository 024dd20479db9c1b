package io.headcount.child;

/** Ways to confine a command that a machine or an adapter may lack. */
public enum Means {
  NO_NEW_PRIVS,
  PARENT_DEATH_SIGNAL,
  SANDBOX
}
