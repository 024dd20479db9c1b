package io.headcount.policy;

import io.headcount.child.Signal;
import io.headcount.supervisor.RunSpec;
import io.headcount.supervisor.RunSpec.Confinement;
import io.headcount.supervisor.RunSpec.Sandbox;
import org.jspecify.annotations.Nullable;

/**
 * What every command is kept from, whatever it asks for.
 *
 * @param noNewPrivs whether no program gains privileges
 * @param parentDeathSignal what commands get when the service dies; null leaves that to them
 * @param sandbox whether they are in a sandbox
 */
public record Forced(boolean noNewPrivs, @Nullable Signal parentDeathSignal, boolean sandbox) {
  /** Nothing. */
  public static final Forced NOTHING = new Forced(false, null, false);

  /**
   * Adds it to what a command asks for.
   *
   * @throws ForbiddenException if a free command asks for less
   */
  RunSpec on(RunSpec spec) {
    if (equals(NOTHING)) {
      return spec;
    }
    Confinement asked = spec.confinement();
    if (!(spec.command() instanceof RunSpec.Command.Named)) {
      check(asked);
    }
    Sandbox box = asked.sandbox();
    return spec.confined(
        new Confinement(
            noNewPrivs ? Boolean.TRUE : asked.noNewPrivs(),
            parentDeathSignal == null ? asked.parentDeathSignal() : parentDeathSignal,
            box == null && sandbox ? Sandbox.STRICT : box,
            asked.inWorkspace()));
  }

  private void check(Confinement asked) {
    if (noNewPrivs && Boolean.FALSE.equals(asked.noNewPrivs())) {
      throw refused("/security/noNewPrivs", "no-new-privs", "No program may gain privileges");
    }
    if (parentDeathSignal != null
        && asked.parentDeathSignal() != null
        && asked.parentDeathSignal() != parentDeathSignal) {
      throw refused(
          "/security/parentDeathSignal",
          "parent-death-signal",
          "The signal is " + parentDeathSignal);
    }
    Sandbox box = asked.sandbox();
    if (sandbox && box != null && box.network()) {
      throw refused("/sandbox/network", "sandbox", "Free commands have no network");
    }
  }

  private static ForbiddenException refused(String pointer, String key, String why) {
    String setting = "headcount.policy." + key;
    return new ForbiddenException(pointer, setting, why + " (" + setting + ").");
  }
}
