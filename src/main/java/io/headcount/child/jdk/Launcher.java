package io.headcount.child.jdk;

import io.headcount.child.ChildSpec;
import io.headcount.child.StartFailure;
import io.headcount.child.StartFailure.Kind;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts processes with ProcessBuilder. Blocks for a millisecond or more, so owner threads leave it
 * to others.
 */
final class Launcher {
  /** What a start opens for a moment: five pipes. */
  static final int DESCRIPTORS_PER_START = 10;

  /**
   * When a pipe cannot be made, the JDK closes descriptors that are not its own (seen in 25:
   * numbers from uninitialised memory). So a start is refused before it can come to that, with room
   * for others at the same time.
   */
  static final int DESCRIPTORS_NEEDED = 32;

  private final LongSupplier freeDescriptors;

  Launcher(LongSupplier freeDescriptors) {
    this.freeDescriptors = freeDescriptors;
  }

  Process launch(ChildSpec spec) throws StartFailedException {
    refuseLimits(spec.limits());
    refuseTerminal(spec.terminal());
    refuseConfinement(spec);
    Optional<StartFailure> badCwd = StartErrors.cwdFailure(spec.cwd());
    if (badCwd.isPresent()) {
      throw new StartFailedException(badCwd.get());
    }
    List<String> command = new ArrayList<>(spec.argv());
    command.set(
        0,
        spec.executable() != null
            ? spec.executable()
            : CommandPath.resolve(command.getFirst(), spec.env().get("PATH"), spec.cwd()));
    long free = freeDescriptors.getAsLong();
    if (free < DESCRIPTORS_NEEDED) {
      throw new StartFailedException(
          Kind.RESOURCES,
          "EMFILE",
          ("cannot start a command: EMFILE, expected at least %d free descriptors, found %d; try"
                  + " again later")
              .formatted(DESCRIPTORS_NEEDED, free),
          null);
    }
    return start(command, spec);
  }

  private static Process start(List<String> command, ChildSpec spec) throws StartFailedException {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).directory(spec.cwd().toFile());
      Map<String, String> environment = builder.environment();
      environment.clear();
      environment.putAll(spec.env());
      if (spec.stdin() instanceof ChildSpec.Stdin.Closed) {
        builder.redirectInput(Platform.current().nullDevice());
      }
      if (spec.outputFile() != null) {
        File file = OutputTarget.of(spec, spec.outputFile());
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(file));
      }
      return builder.start();
    } catch (IOException e) {
      throw new StartFailedException(StartErrors.describe(e, spec), e);
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      throw new StartFailedException(
          Kind.OTHER, null, "cannot start a command: " + e.getMessage(), e);
    } catch (OutOfMemoryError e) {
      throw new StartFailedException(
          Kind.RESOURCES, null, "cannot start a command: no memory or threads left for it", e);
    }
  }

  private static void refuseTerminal(ChildSpec.@Nullable Terminal terminal)
      throws StartFailedException {
    if (terminal != null) {
      throw new StartFailedException(
          Kind.OTHER,
          null,
          "tty: expected none; the jdk adapter has no terminals, the linux adapter has",
          null);
    }
  }

  /** Where the working directory is can be looked at, but not held until the command is in it. */
  private static void refuseConfinement(ChildSpec spec) throws StartFailedException {
    ChildSpec.Confinement confinement = spec.confinement();
    if (confinement.noNewPrivs()
        || confinement.parentDeathSignal() != null
        || confinement.sandbox() != null) {
      throw new StartFailedException(
          Kind.OTHER,
          null,
          "security, sandbox: expected none; the jdk adapter cannot confine commands, the linux"
              + " adapter can",
          null);
    }
    try {
      if (confinement.root() != null
          && !spec.cwd().toRealPath().startsWith(confinement.root().toRealPath())) {
        throw new StartFailedException(
            Kind.BAD_CWD, null, spec.cwd() + " is not in " + confinement.root(), null);
      }
    } catch (IOException e) {
      throw new StartFailedException(
          Kind.BAD_CWD, null, spec.cwd() + " cannot be found: " + e.getMessage(), e);
    }
  }

  /** A limit that would not hold is worse than none: whoever asked for it relies on it. */
  private static void refuseLimits(ChildSpec.Limits limits) throws StartFailedException {
    if (!limits.equals(ChildSpec.Limits.NONE)) {
      throw new StartFailedException(
          Kind.OTHER,
          null,
          "limits: expected none, got "
              + limits
              + "; the jdk adapter cannot set resource limits, the linux adapter can",
          null);
    }
  }
}
