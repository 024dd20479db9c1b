package io.headcount.child.linux;

import io.headcount.child.linux.Descriptors.Fd;
import io.headcount.child.linux.Descriptors.Kind;
import io.headcount.child.linux.libc.Errno;
import io.headcount.child.linux.libc.Libc;
import io.headcount.child.linux.libc.NativeBuffer;
import io.headcount.child.linux.libc.Processes;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The orphans that the service adopted as a child subreaper. The kernel gives them to our first
 * thread, which spawns nobody itself, so {@code /proc/self/task/PID/children} lists them and no one
 * else: one read of one file says whether anything of a run whose leader has exited can be alive.
 *
 * <p>Reaps the dead among them by their pids. What shares our own session was not started by us (a
 * library's ProcessBuilder, whose thread ended), and is left to whoever did.
 *
 * <p>Thread-safe. The list is reliable only while nobody on it is reaped, so reading and reaping
 * hold one lock.
 */
final class Adoptees {
  private final int ownSession;
  private final Fd children;
  private final NativeBuffer buffer = new NativeBuffer(1 << 12);

  /** Adopted processes that a look has placed; a pid stays its own until we reap it. */
  private final Map<Integer, Placed> placed = new HashMap<>();

  private record Placed(@Nullable Tree tree, boolean stranger) {
    /** What could not be attributed at one look may be at the next. */
    boolean isApartFrom(Tree other) {
      return stranger || (tree != null && !tree.equals(other));
    }
  }

  Adoptees(int self, int ownSession, Descriptors descriptors) {
    this.ownSession = ownSession;
    int fd = Libc.open(list(self), Libc.O_RDONLY | Libc.O_CLOEXEC);
    if (fd < 0) {
      throw new IllegalStateException("open " + list(self) + " failed: " + Errno.name(-fd));
    }
    this.children = descriptors.opened(Kind.FILE, fd);
  }

  /** The file that lists the children of the first thread of {@code pid}. */
  static String list(int pid) {
    return "/proc/" + pid + "/task/" + pid + "/children";
  }

  /**
   * Whether nothing of a tree whose leader has exited can be alive. False is not the contrary: then
   * only a look can tell.
   */
  synchronized boolean noneOf(Tree tree) {
    boolean none = true;
    for (int pid : reapAndList()) {
      Placed place = placed.get(pid);
      none &= place != null && place.isApartFrom(tree);
    }
    return none;
  }

  /** Reaps what has died. */
  synchronized void reap() {
    reapAndList();
  }

  /** A look found to whom an adopted process belongs; null is nobody. */
  synchronized void attribute(ProcEntry entry, @Nullable Tree tree) {
    placed.put(entry.pid(), new Placed(tree, tree == null && entry.session() == ownSession));
  }

  private Set<Integer> reapAndList() {
    Set<Integer> alive = new HashSet<>();
    String text = Proc.text(children.number(), buffer);
    int at = 0;
    while (at < text.length()) {
      int space = text.indexOf(' ', at);
      int end = space < 0 ? text.length() : space;
      if (end > at) {
        int pid = Integer.parseInt(text, at, end, 10);
        if (!isGone(pid)) {
          alive.add(pid);
        }
      }
      at = end + 1;
    }
    placed.keySet().retainAll(alive);
    return alive;
  }

  private boolean isGone(int pid) {
    Placed place = placed.get(pid);
    if (place == null) {
      ProcEntry entry;
      try {
        entry = Proc.local().stat(pid);
      } catch (Proc.Unreadable e) {
        return false; // nobody knows whose it is, so it is not ours to reap
      }
      if (entry != null && entry.session() == ownSession) {
        place = new Placed(null, true);
        placed.put(pid, place);
      }
    }
    return (place == null || !place.stranger())
        && Processes.reapPid(pid) instanceof Processes.Wait.Ended;
  }

  synchronized void close() {
    children.close();
  }
}
