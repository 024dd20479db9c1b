package io.headcount.child.linux;

import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.Processes;

/** Signals one process and never another. */
final class Signals {
  private Signals() {}

  /** Opens a pidfd first and compares the start time then: what it names cannot change any more. */
  static boolean toOne(Platform platform, ProcEntry process, int signal) {
    if (!platform.maySignal(process.pid())) {
      return false;
    }
    int pidfd = Processes.pidfdOpen(process.pid());
    if (pidfd < 0) {
      return false;
    }
    try {
      ProcEntry now = Proc.local().stat(process.pid());
      return now != null
          && now.startTicks() == process.startTicks()
          && !now.isZombie()
          && Processes.pidfdSendSignal(pidfd, signal) == 0;
    } catch (Proc.Unreadable e) {
      return false; // whether it is still the same process cannot be told now
    } finally {
      Libc.close(pidfd);
    }
  }
}
