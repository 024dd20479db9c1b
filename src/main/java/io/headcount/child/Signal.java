package io.headcount.child;

import java.util.Locale;
import java.util.Optional;

/** The signals a client may name. Numbers are Linux's on x86-64 and arm64 ({@code signal(7)}). */
public enum Signal {
  SIGHUP(1),
  SIGINT(2),
  SIGQUIT(3),
  SIGILL(4),
  SIGTRAP(5),
  SIGABRT(6),
  SIGBUS(7),
  SIGFPE(8),
  SIGKILL(9),
  SIGUSR1(10),
  SIGSEGV(11),
  SIGUSR2(12),
  SIGPIPE(13),
  SIGALRM(14),
  SIGTERM(15),
  SIGSTKFLT(16),
  SIGCHLD(17),
  SIGCONT(18),
  SIGSTOP(19),
  SIGTSTP(20),
  SIGTTIN(21),
  SIGTTOU(22),
  SIGURG(23),
  SIGXCPU(24),
  SIGXFSZ(25),
  SIGVTALRM(26),
  SIGPROF(27),
  SIGWINCH(28),
  SIGIO(29),
  SIGPWR(30),
  SIGSYS(31);

  private final int number;

  Signal(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /** Finds a signal by its name, with or without {@code SIG}, in any case. */
  public static Optional<Signal> named(String name) {
    String wanted = name.strip().toUpperCase(Locale.ROOT);
    for (Signal signal : values()) {
      if (signal.name().equals(wanted) || signal.name().substring(3).equals(wanted)) {
        return Optional.of(signal);
      }
    }
    return Optional.empty();
  }

  /** The name of a signal number; real-time signals are {@code SIG34} and so on. */
  public static String nameOf(int number) {
    for (Signal signal : values()) {
      if (signal.number == number) {
        return signal.name();
      }
    }
    return "SIG" + number;
  }
}
