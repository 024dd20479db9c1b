package io.headcount.child;

import java.util.List;
import java.util.function.Consumer;

/**
 * The processes of one run, as {@link KillPath} needs them. Owner thread only.
 *
 * @param <P> how the platform names a process so that it can never be mistaken for another
 */
public interface ProcessTree<P> {

  /**
   * Looks for what is alive now and answers on the owner thread. Zombies are dead; what may not be
   * signalled is alive.
   */
  void look(Consumer<List<P>> found);

  /** Whether nothing is left for certain, so that no look is needed. False is not the contrary. */
  default boolean isSurelyEmpty() {
    return false;
  }

  /**
   * Signals, without a look, whoever can be reached without one: the leader's group. How long a
   * look takes depends on all that runs on the machine; those who obey need not wait for it. Not
   * when that could make orphans of whom no later look could tell whose they were.
   *
   * @return whether a group got it
   */
  default boolean signalGroup(Signal signal) {
    return false;
  }

  /**
   * Signals the processes of the newest look, and whatever shares the leader's group with them.
   *
   * @param besidesGroup only those outside the group, which has got this signal
   */
  void signal(List<P> processes, Signal signal, boolean besidesGroup);

  /**
   * Signals those of the newest look that missed the signal before it, because they were forked
   * just when it was sent.
   */
  default void signalLatecomers(List<P> processes, Signal signal) {}

  /** What is known of a process that could not be ended. */
  ProcessInfo describe(P process);
}
