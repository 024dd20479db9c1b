package io.headcount.child.linux;

import io.headcount.child.ChildSpec;
import io.headcount.child.linux.Descriptors.Fd;
import io.headcount.child.linux.Descriptors.Kind;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.Spawn;
import io.headcount.child.linux.libc.Terminals;
import java.util.ArrayList;
import java.util.List;

/** What one start opened: our ends do not block, those of a child's pipes do. */
final class Opened {
  private final List<Fd> ours = new ArrayList<>(3);
  private final List<Fd> theirs = new ArrayList<>(3);
  private final int[] ends = new int[2];
  private final Descriptors descriptors;
  private final Slots slots;

  Opened(Descriptors descriptors, Slots slots) {
    this.descriptors = descriptors;
    this.slots = slots;
  }

  /**
   * Opens a pipe and returns our end.
   *
   * @param which 0 if we read, 1 if we write
   */
  Fd pipe(int which) throws NotStartedException {
    checked("pipe2", Libc.pipe2(ends, Libc.O_CLOEXEC));
    Fd own = descriptors.opened(Kind.PIPE, ends[which]);
    ours.add(own);
    theirs.add(descriptors.opened(Kind.PIPE, ends[1 - which]));
    checked("fcntl", Libc.setFlags(own.number(), Libc.O_NONBLOCK));
    return own;
  }

  Spawn.Stdio theirPipes(boolean withStdin) throws NotStartedException {
    int first = withStdin ? 1 : 0;
    int out = low(1, theirs.get(first));
    return new Spawn.Stdio.Pipes(theirInput(withStdin), out, low(2, theirs.get(first + 1)));
  }

  int theirInput(boolean piped) throws NotStartedException {
    return piped ? low(0, theirs.getFirst()) : slots.nothing();
  }

  private int low(int slot, Fd fd) throws NotStartedException {
    return checked("dup3", slots.low(slot, fd.number()));
  }

  /** Opens a terminal of the size that the child is to find, and returns its master. */
  Fd terminal(ChildSpec.Terminal wanted) throws NotStartedException {
    Fd master = descriptors.opened(Kind.PTY, checked("open(/dev/ptmx)", Terminals.open()));
    ours.add(master);
    checked("TIOCSPTLCK", Terminals.unlock(master.number()));
    checked("TIOCGPTN", Terminals.number(master.number()));
    checked("TIOCSWINSZ", Terminals.resize(master.number(), wanted.columns(), wanted.rows()));
    return master;
  }

  private static int checked(String call, int result) throws NotStartedException {
    if (result < 0) {
      throw new NotStartedException(StartFailures.of(call, -result));
    }
    return result;
  }

  void closeTheirs() {
    theirs.forEach(Fd::close);
    slots.empty();
  }

  void closeAll() {
    closeTheirs();
    ours.forEach(Fd::close);
  }
}
