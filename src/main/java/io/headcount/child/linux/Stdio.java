package io.headcount.child.linux;

import io.headcount.child.linux.Descriptors.Fd;
import org.jspecify.annotations.Nullable;

/** Our ends of what a child has as its descriptors 0 to 2. None of them blocks. */
sealed interface Stdio {

  /** Closes all; what was not read is lost. Again changes nothing. */
  void close();

  /**
   * A pipe each.
   *
   * @param stdin the end to write, null when the child reads end-of-file at once
   */
  record Pipes(@Nullable Fd stdin, Fd stdout, Fd stderr) implements Stdio {
    @Override
    public void close() {
      stdout.close();
      stderr.close();
      if (stdin != null) {
        stdin.close();
      }
    }
  }

  /**
   * What it writes goes to a file of its own.
   *
   * @param stdin as of {@link Pipes}
   */
  record Input(@Nullable Fd stdin) implements Stdio {
    @Override
    public void close() {
      if (stdin != null) {
        stdin.close();
      }
    }
  }

  /** One terminal, whose master is read and written. */
  record Terminal(Fd master) implements Stdio {
    @Override
    public void close() {
      master.close();
    }
  }
}
