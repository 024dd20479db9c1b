package io.headcount.supervisor;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who hear of state changes. One that fails stops no other, and no run. Thread-safe. */
final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

  private final List<RunListener> all = new CopyOnWriteArrayList<>();

  void add(RunListener listener) {
    all.add(listener);
  }

  /** Takes the run, not its view, which is made only if somebody listens. */
  void changed(Run run) {
    if (all.isEmpty()) {
      return;
    }
    RunView view = run.view();
    for (RunListener listener : all) {
      try {
        listener.changed(view);
      } catch (RuntimeException e) {
        LOG.warn("event=listener-failed run={}", run.id(), e);
      }
    }
  }

  void draining() {
    for (RunListener listener : all) {
      try {
        listener.draining();
      } catch (RuntimeException e) {
        LOG.warn("event=listener-failed", e);
      }
    }
  }
}
