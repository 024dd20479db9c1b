package io.headcount.child;

/**
 * A process that an earlier boot of the service has left.
 *
 * @param boot the boot's id
 * @param run the id of the run that it belonged to, as its environment says
 * @param process what it is
 */
public record Leftover(String boot, String run, ProcessInfo process) {}
