package io.headcount.child.linux.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/**
 * Pseudo-terminals ({@code pts(4)}, {@code ioctl_tty(2)}), by the calls that {@code openpty(3)} is
 * made of. What fails returns the error number negated.
 */
public final class Terminals {
  private static final String MULTIPLEXOR = "/dev/ptmx";

  private static final long TIOCGPTN = 0x80045430L;
  private static final long TIOCSPTLCK = 0x40045431L;
  private static final long TIOCSWINSZ = 0x5414L;

  private static final MethodHandle IOCTL =
      Linkage.variadic("ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));

  private Terminals() {}

  /** Opens the master of a new terminal, which does not block and is not inherited. */
  public static int open() {
    return Libc.open(MULTIPLEXOR, Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
  }

  /** Lets the terminal be opened by its path: {@code unlockpt(3)}. */
  public static int unlock(int master) {
    Linkage.Scratch scratch = Linkage.scratch();
    scratch.space.set(JAVA_INT, 0, 0);
    return control(scratch, master, TIOCSPTLCK);
  }

  /** The terminal's number: it is {@code /dev/pts/} and that. */
  public static int number(int master) {
    Linkage.Scratch scratch = Linkage.scratch();
    int result = control(scratch, master, TIOCGPTN);
    return result < 0 ? result : scratch.space.get(JAVA_INT, 0);
  }

  /** Sets the size; the foreground process group hears of a change by {@code SIGWINCH}. */
  public static int resize(int master, int columns, int rows) {
    Linkage.Scratch scratch = Linkage.scratch();
    scratch.space.set(JAVA_SHORT, 0, (short) rows);
    scratch.space.set(JAVA_SHORT, 2, (short) columns);
    scratch.space.set(JAVA_INT, 4, 0);
    return control(scratch, master, TIOCSWINSZ);
  }

  private static int control(Linkage.Scratch scratch, int fd, long request) {
    try {
      int result = (int) IOCTL.invokeExact(scratch.state, fd, request, scratch.space);
      return result < 0 ? -scratch.errno() : result;
    } catch (Throwable t) {
      throw Linkage.unexpected(t);
    }
  }
}
