package io.headcount.child.linux;

import io.headcount.child.ProcessInfo;
import io.headcount.child.ProcessTree;
import io.headcount.child.Signal;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.Processes;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The processes of one run on Linux: how they are found, and how they are signalled without ever
 * hitting another. Owner thread only.
 *
 * <p>The leader stays a zombie until the tree is gone, so its pid, which is also the group's and
 * the session's number, is nobody else's: the group is signalled as a whole, which no fork outruns.
 * Who left the group is signalled through a pidfd whose start time was compared.
 */
final class LinuxTree implements ProcessTree<ProcEntry> {
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Tree tree;
  private final boolean onTerminal;
  private final EventLoop loop;
  private final LinuxMachine machine;
  private final @Nullable RunCgroup cgroup;
  private final Latecomers latecomers = new Latecomers();
  private boolean leaderExited;
  private boolean leaderReaped;

  /**
   * A tree that nobody looked for yet.
   *
   * @param onTerminal whether it has a terminal, which hangs up when the tree is to end
   */
  LinuxTree(Tree tree, boolean onTerminal, EventLoop loop, LinuxMachine machine) {
    this.tree = tree;
    this.onTerminal = onTerminal;
    this.loop = loop;
    this.machine = machine;
    this.cgroup = tree.cgroup();
  }

  Tree tree() {
    return tree;
  }

  void leaderExited() {
    leaderExited = true;
  }

  void leaderReaped() {
    leaderReaped = true;
  }

  /**
   * Once the leader has exited, whoever lives has an ancestor among the adopted, or is in the run's
   * cgroup, or nobody lives.
   */
  @Override
  public boolean isSurelyEmpty() {
    return leaderExited && machine.adoptees().noneOf(tree) && (cgroup == null || cgroup.isEmpty());
  }

  /**
   * A leader that has exited is not always known to have, so orphans are asked for without it. When
   * all that may be left is what it made beside itself, a shorter look is enough.
   */
  @Override
  public void look(Consumer<List<ProcEntry>> found) {
    machine
        .table()
        .look(
            isSurelyEmpty(),
            snapshot -> {
              List<ProcEntry> seen = snapshot.of(tree);
              try {
                List<ProcEntry> alive = seen.isEmpty() ? machine.adoptees().unplacedOf(tree) : seen;
                List<ProcEntry> all = cgroup == null ? alive : cgroup.with(alive);
                loop.execute(() -> found.accept(all));
              } catch (Proc.Unreadable e) {
                loop.execute(() -> lookFailed(found));
              }
            },
            () -> loop.execute(() -> lookFailed(found)));
  }

  /**
   * No descriptor was free to look with. While the leader lives that much is known, and its group
   * is signalled without one; after that only a look can tell, so it is tried again until it can.
   */
  private void lookFailed(Consumer<List<ProcEntry>> found) {
    if (!leaderExited) {
      int leader = tree.leader();
      found.accept(List.of(new ProcEntry(leader, 0, 0, leader, leader, '?', 0, 0)));
    } else {
      loop.schedule(RETRY_NANOS, () -> look(found));
    }
  }

  /**
   * A leader that obeys at once leaves its children to us: those that have neither its session nor
   * its mark nor its cookie are its for as long as it is their parent, so a look comes first. In a
   * cgroup nobody needs a parent to be known.
   */
  @Override
  public boolean signalGroup(Signal signal) {
    return (cgroup != null || !Proc.local().mayHaveChildren(tree.leader()))
        && toGroup(signal.number())
        && toGroup(Signal.SIGCONT.number());
  }

  /**
   * A stopped process cannot obey, so what is not SIGKILL is followed by SIGCONT. A shell at a
   * terminal ignores SIGTERM: who ignores the signal is told that the terminal hangs up. The master
   * itself stays open for what they still write.
   */
  @Override
  public void signal(List<ProcEntry> processes, Signal signal, boolean besidesGroup) {
    latecomers.signalled(processes);
    deliver(processes, signal.number(), !besidesGroup);
    if (cgroup != null && signal == Signal.SIGKILL) {
      cgroup.kill();
    }
    if (onTerminal && signal != Signal.SIGKILL) {
      for (ProcEntry process : processes) {
        if (Proc.local().ignores(process.pid(), signal.number())) {
          Signals.toOne(machine.platform(), process, Signal.SIGHUP.number());
        }
      }
    }
    if (signal != Signal.SIGKILL && signal != Signal.SIGSTOP) {
      deliver(processes, Signal.SIGCONT.number(), !besidesGroup);
    }
  }

  @Override
  public void signalLatecomers(List<ProcEntry> processes, Signal signal) {
    List<ProcEntry> late = latecomers.among(processes);
    if (!late.isEmpty()) {
      signal(late, signal, true);
    }
  }

  /** Signals these, and all that share the leader's group. Says whether anyone got it. */
  boolean deliver(List<ProcEntry> processes, int signal) {
    return deliver(processes, signal, true);
  }

  private boolean deliver(List<ProcEntry> processes, int signal, boolean group) {
    if (leaderExited && signal == Signal.SIGKILL.number()) {
      machine.adoptees().strike(tree);
    }
    boolean delivered = group && !processes.isEmpty() && toGroup(signal);
    for (ProcEntry process : processes) {
      if (leaderReaped || process.pgrp() != tree.leader() || (group && hasLeftGroup(process))) {
        delivered |= Signals.toOne(machine.platform(), process, signal);
      }
    }
    return delivered;
  }

  /** The look was some time ago: a daemon leaves the group just when its leader exits. */
  private boolean hasLeftGroup(ProcEntry process) {
    return Libc.getpgid(process.pid()) != tree.leader();
  }

  /** Signals the leader's group, which is surely ours until the leader is reaped. */
  boolean toGroup(int signal) {
    return !leaderReaped
        && machine.platform().maySignal(tree.leader())
        && Processes.kill(-tree.leader(), signal) == 0;
  }

  /** Whether the kernel has ended one of it for want of memory; null where nobody tells. */
  @Nullable Boolean oomKilled() {
    return cgroup == null ? null : cgroup.oomKilled();
  }

  @Override
  public ProcessInfo describe(ProcEntry process) {
    return Proc.local().describe(process, process.session() != tree.leader());
  }
}
