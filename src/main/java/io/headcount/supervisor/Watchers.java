package io.headcount.supervisor;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Those who wait for whatever is new of one run: bytes, or a change of what it shows. Costs nothing
 * while nobody does. Thread-safe.
 */
final class Watchers {
  private final Set<Runnable> all = ConcurrentHashMap.newKeySet(2);

  void add(Runnable watcher) {
    all.add(watcher);
  }

  void remove(Runnable watcher) {
    all.remove(watcher);
  }

  void wake() {
    if (!all.isEmpty()) {
      all.forEach(Runnable::run);
    }
  }
}
