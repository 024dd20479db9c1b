package io.headcount.child;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one way a run's processes are ended: the signal to the leader's group, a moment later and by
 * a look to the rest of the tree (or by a look to all, when the tree says so), the grace, another
 * look, SIGKILL to all that is left, looks until two in a row are empty, or the tree is known to
 * be, or {@link #CONFIRM_NANOS} are over, and the report.
 *
 * <p>Also how a tree is confirmed empty when nobody asked it to end: then no signal is sent unless
 * a look finds somebody. Between two looks a timer waits, from 2 ms doubling to 50 ms, so an
 * obedient tree is seen to be gone soon and a stubborn one costs little.
 *
 * <p>Owner thread only.
 */
public final class KillPath<P> {
  /** How long to go on looking after SIGKILL before what is left is reported. */
  public static final long CONFIRM_NANOS = 5_000_000_000L;

  /** How long a group that has the signal may take to be gone before the rest is looked for. */
  private static final long GROUP_NANOS = 20_000_000L;

  private static final long FIRST_PAUSE_NANOS = 2_000_000L;
  private static final long LONGEST_PAUSE_NANOS = 50_000_000L;

  private enum Phase {
    IDLE,
    SIGNAL,
    GRACE,
    KILL,
    DONE
  }

  private final Owner owner;
  private final ProcessTree<P> tree;
  private final Consumer<Report> done;
  private final LongSupplier nanoTime;

  private Phase phase = Phase.IDLE;
  private StopOrder order;
  private long deadline;
  private long pause = FIRST_PAUSE_NANOS;
  private boolean looking;
  private long askedNanos;
  private boolean emptyBefore;
  private boolean escalated;

  /** Whether the leader's group has got the order's signal, before the first look. */
  private boolean groupHasIt;

  private boolean looked;

  /** Whether the grace goes on with another signal, which is yet to be sent. */
  private boolean signalAgain;

  private Owner.@Nullable Timer timer;

  /**
   * How it went.
   *
   * @param escalated whether SIGKILL followed a signal that was not enough
   * @param survivors what is still alive
   */
  public record Report(boolean escalated, List<ProcessInfo> survivors) {}

  /**
   * A path that nothing has set out on yet.
   *
   * @param order what to do when a look finds somebody before {@link #stop} was called
   * @param done hears the report, once
   */
  public KillPath(Owner owner, ProcessTree<P> tree, StopOrder order, Consumer<Report> done) {
    this(owner, tree, order, done, System::nanoTime);
  }

  KillPath(
      Owner owner,
      ProcessTree<P> tree,
      StopOrder order,
      Consumer<Report> done,
      LongSupplier nanoTime) {
    this.owner = owner;
    this.tree = tree;
    this.order = order;
    this.done = done;
    this.nanoTime = nanoTime;
  }

  public boolean isDone() {
    return phase == Phase.DONE;
  }

  /** Makes sure that nothing is left, ending what is, as the constructor's order says. */
  public void confirmEmpty() {
    if (phase == Phase.IDLE) {
      begin(order);
      look();
    } else {
      lookSoon();
    }
  }

  /**
   * Ends the tree. Again: another signal is sent too, a shorter grace shortens, a longer one
   * changes nothing.
   */
  public void stop(StopOrder wanted) {
    switch (phase) {
      case IDLE -> {
        begin(wanted);
        groupHasIt = tree.signalGroup(wanted.signal());
        if (groupHasIt && wanted.graceNanos() > 0) {
          timer = owner.schedule(Math.min(GROUP_NANOS, wanted.graceNanos()), this::look);
        } else {
          look();
        }
      }
      case SIGNAL -> {
        // The look for those outside the group is yet to come. SIGKILL stays SIGKILL.
        if (order.signal() != Signal.SIGKILL) {
          groupHasIt &= wanted.signal() == order.signal();
          order = order.then(wanted);
          look();
        }
      }
      case GRACE -> {
        StopOrder next = order.then(wanted);
        long wantedDeadline = nanoTime.getAsLong() + next.effectiveGraceNanos();
        signalAgain |= next.signal() != order.signal();
        order = next;
        if (wantedDeadline - deadline < 0) {
          deadline = wantedDeadline;
          lookSoon();
        } else if (signalAgain) {
          lookSoon();
        }
      }
      case KILL, DONE -> {}
    }
  }

  /**
   * Something happened that may have emptied the tree (the leader's exit): look without waiting.
   */
  public void lookSoon() {
    if (phase != Phase.IDLE && phase != Phase.DONE) {
      pause = FIRST_PAUSE_NANOS;
      look();
    }
  }

  private void begin(StopOrder wanted) {
    phase = Phase.SIGNAL;
    order = wanted;
  }

  private void look() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    boolean mayLeaveSome = groupHasIt && !looked; // a leader that left somebody may be gone by now
    if (!mayLeaveSome && tree.isSurelyEmpty()) {
      finish(List.of());
    } else if (!looking) {
      looking = true;
      askedNanos = nanoTime.getAsLong();
      tree.look(this::found);
    }
  }

  private void found(List<P> alive) {
    looking = false;
    looked = true;
    if (phase == Phase.DONE) {
      return;
    }
    if (alive.isEmpty()) {
      if (emptyBefore) {
        finish(List.of());
      } else {
        emptyBefore = true;
        look();
      }
      return;
    }
    emptyBefore = false;
    long now = nanoTime.getAsLong();
    switch (phase) {
      case SIGNAL -> {
        boolean kill = order.signal() == Signal.SIGKILL || order.graceNanos() == 0;
        tree.signal(alive, order.signal(), groupHasIt);
        if (!kill) {
          phase = Phase.GRACE;
          deadline = now + order.graceNanos();
        } else {
          phase = Phase.KILL;
          deadline = now + CONFIRM_NANOS;
          if (order.signal() != Signal.SIGKILL) {
            escalated = true;
            tree.signal(alive, Signal.SIGKILL, false);
          }
        }
      }
      case GRACE -> {
        if (askedNanos - deadline >= 0) { // who was seen before may have obeyed in time
          phase = Phase.KILL;
          escalated = true;
          deadline = now + CONFIRM_NANOS;
          pause = FIRST_PAUSE_NANOS;
          tree.signal(alive, Signal.SIGKILL, false);
        } else if (signalAgain) {
          signalAgain = false;
          tree.signal(alive, order.signal(), false);
        } else {
          tree.signalLatecomers(alive, order.signal());
        }
      }
      case KILL -> {
        if (now - deadline >= 0) {
          finish(alive.stream().map(tree::describe).toList());
          return;
        }
        tree.signal(alive, Signal.SIGKILL, false);
      }
      case IDLE, DONE -> throw new IllegalStateException("a look in phase " + phase);
    }
    lookLater(now);
  }

  private void lookLater(long now) {
    long wait = Math.min(pause, Math.max(deadline - now, 0));
    pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
    timer = owner.schedule(wait, this::look);
  }

  private void finish(List<ProcessInfo> survivors) {
    phase = Phase.DONE;
    done.accept(new Report(escalated, survivors));
  }
}
