package io.headcount.child.jdk;

import io.headcount.child.Owner;
import io.headcount.child.ProcessInfo;
import io.headcount.child.ProcessTree;
import io.headcount.child.Signal;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * A run's processes as the kill path sees them: the leader, its descendants, and all seen before.
 */
final class JdkTree implements ProcessTree<ProcessHandle> {
  private final KnownProcesses known;
  private final ProcessWatch watch;
  private final Owner owner;

  JdkTree(KnownProcesses known, ProcessWatch watch, Owner owner) {
    this.known = known;
    this.watch = watch;
    this.owner = owner;
  }

  @Override
  public void look(Consumer<List<ProcessHandle>> found) {
    watch.look(known, alive -> answer(() -> found.accept(alive)));
  }

  private void answer(Runnable task) {
    try {
      owner.execute(task);
    } catch (RejectedExecutionException e) {
      // The adapter is closed: nobody waits for the look any more.
    }
  }

  /** Sends SIGTERM for every signal but SIGKILL: a stop must be able to begin. */
  @Override
  public void signal(List<ProcessHandle> processes, Signal signal, boolean besidesGroup) {
    processes.forEach(handle -> Handles.send(handle, signal));
  }

  @Override
  public ProcessInfo describe(ProcessHandle process) {
    return Handles.describe(process);
  }
}
