package io.headcount.child.linux;

import io.headcount.child.Owner;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tasks by the time they are due: a binary heap whose entries know their place, so that one can be
 * taken out in O(log n). A run's timeouts are nearly always taken out, so they must not stay until
 * they are due. One thread.
 */
final class TimerHeap {
  private @Nullable Entry[] heap = new @Nullable Entry[64];
  private int size;

  /** A task in the heap. */
  final class Entry implements Owner.Timer {
    private final long due;
    private final Runnable task;
    private int index;

    private Entry(long due, Runnable task) {
      this.due = due;
      this.task = task;
    }

    @Override
    public void cancel() {
      if (index >= 0) {
        remove(this);
      }
    }
  }

  /**
   * Adds a task.
   *
   * @param due in the time of {@link System#nanoTime}
   */
  Entry add(long due, Runnable task) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    Entry entry = new Entry(due, task);
    size++;
    up(size - 1, entry);
    return entry;
  }

  /** Takes out the first task that is due, null if none is. */
  @Nullable Runnable pollDue(long now) {
    Entry first = size == 0 ? null : heap[0];
    if (first == null || first.due - now > 0) {
      return null;
    }
    remove(first);
    return first.task;
  }

  /** Nanoseconds until the first task is due, 0 if it is, -1 if there is none. */
  long nanosToNext(long now) {
    Entry first = size == 0 ? null : heap[0];
    return first == null ? -1 : Math.max(0, first.due - now);
  }

  int size() {
    return size;
  }

  private void remove(Entry entry) {
    int hole = entry.index;
    entry.index = -1;
    size--;
    Entry last = heap[size];
    heap[size] = null;
    if (last != null && last != entry) {
      down(hole, last);
      if (last.index == hole) {
        up(hole, last);
      }
    }
  }

  private void up(int from, Entry entry) {
    int at = from;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      Entry above = heap[parent];
      if (above == null || above.due - entry.due <= 0) {
        break;
      }
      put(at, above);
      at = parent;
    }
    put(at, entry);
  }

  private void down(int from, Entry entry) {
    int at = from;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      Entry smaller = heap[child];
      Entry right = child + 1 < size ? heap[child + 1] : null;
      if (right != null && smaller != null && right.due - smaller.due < 0) {
        smaller = right;
        child++;
      }
      if (smaller == null || smaller.due - entry.due >= 0) {
        break;
      }
      put(at, smaller);
      at = child;
    }
    put(at, entry);
  }

  private void put(int index, Entry entry) {
    heap[index] = entry;
    entry.index = index;
  }
}
