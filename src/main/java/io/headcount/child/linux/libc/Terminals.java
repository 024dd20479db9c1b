package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

/**
 * Pseudo-terminals ({@code pts(4)}, {@code ioctl_tty(2)}), by the calls that {@code openpty(3)} is
 * made of. What fails returns the error number negated.
 */
public final class Terminals {
  private static final String MULTIPLEXOR = "/dev/ptmx";

  private static final long TIOCGPTN = 0x80045430L;
  private static final long TIOCSPTLCK = 0x40045431L;
  private static final long TIOCSWINSZ = 0x5414L;

  private static final Function IOCTL = Function.named("ioctl");

  private Terminals() {}

  /** Opens the master of a new terminal, which does not block and is not inherited. */
  public static int open() {
    return Libc.open(MULTIPLEXOR, Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
  }

  /** Lets the terminal be opened by its path: {@code unlockpt(3)}. */
  public static int unlock(int master) {
    Scratch scratch = Scratch.ofThisThread();
    scratch.space.set(JAVA_INT, 0, 0);
    return IOCTL.call(master, TIOCSPTLCK, scratch.address());
  }

  /** The terminal's number: it is {@code /dev/pts/} and that. */
  public static int number(int master) {
    Scratch scratch = Scratch.ofThisThread();
    int result = IOCTL.call(master, TIOCGPTN, scratch.address());
    return result < 0 ? result : scratch.space.get(JAVA_INT, 0);
  }

  /** Sets the size; the foreground process group hears of a change by {@code SIGWINCH}. */
  public static int resize(int master, int columns, int rows) {
    Scratch scratch = Scratch.ofThisThread();
    scratch.space.set(JAVA_SHORT, 0, (short) rows);
    scratch.space.set(JAVA_SHORT, 2, (short) columns);
    scratch.space.set(JAVA_INT, 4, 0);
    return IOCTL.call(master, TIOCSWINSZ, scratch.address());
  }
}
